/** out [length] = tanh(x), length a multiple of 4: the rational function of Eigen's fast tanh, to 4e-7. */
export function tanh(x: usize, length: i32, out: usize): void {
  const bytes = (<usize>length) << 2;
  const most = f32x4.splat(7.90531110763549805);
  const least = f32x4.splat(-7.90531110763549805);
  for (let i: usize = 0; i < bytes; i += 16) {
    // Unlike min and max, these are one instruction each. Their order keeps NaN.
    const v = f32x4.pmin(f32x4.pmax(v128.load(x + i), least), most);
    const s = f32x4.mul(v, v);
    let p = f32x4.splat(-2.76076847742355e-16);
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(2.00018790482477e-13));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(-8.60467152213735e-11));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(5.12229709037114e-8));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(1.48572235717979e-5));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(6.37261928875436e-4));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(4.89352455891786e-3));
    let q = f32x4.splat(1.19825839466702e-6);
    q = f32x4.add(f32x4.mul(q, s), f32x4.splat(1.18534705686654e-4));
    q = f32x4.add(f32x4.mul(q, s), f32x4.splat(2.268434632439e-3));
    q = f32x4.add(f32x4.mul(q, s), f32x4.splat(4.89352518554385e-3));
    v128.store(out + i, f32x4.div(f32x4.mul(v, p), q));
  }
}
