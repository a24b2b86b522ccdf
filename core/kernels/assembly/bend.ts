/**
 * out [length] = tanh(x), length a multiple of 4: the rational function of Eigen's fast tanh, to 4e-7. Sixteen numbers at a time:
 * the engine makes each constant again wherever it is used.
 */
export function tanh(x: usize, length: i32, out: usize): void {
  const bytes = (<usize>length) << 2;
  const whole = bytes & ~63;
  let i: usize = 0;
  for (; i < whole; i += 64) {
    const s0 = square(within(v128.load(x + i)));
    const s1 = square(within(v128.load(x + i, 16)));
    const s2 = square(within(v128.load(x + i, 32)));
    const s3 = square(within(v128.load(x + i, 48)));
    let c = f32x4.splat(-2.76076847742355e-16);
    let a = f32x4.splat(2.00018790482477e-13);
    let p0 = f32x4.add(f32x4.mul(c, s0), a);
    let p1 = f32x4.add(f32x4.mul(c, s1), a);
    let p2 = f32x4.add(f32x4.mul(c, s2), a);
    let p3 = f32x4.add(f32x4.mul(c, s3), a);
    a = f32x4.splat(-8.60467152213735e-11);
    p0 = f32x4.add(f32x4.mul(p0, s0), a);
    p1 = f32x4.add(f32x4.mul(p1, s1), a);
    p2 = f32x4.add(f32x4.mul(p2, s2), a);
    p3 = f32x4.add(f32x4.mul(p3, s3), a);
    a = f32x4.splat(5.12229709037114e-8);
    p0 = f32x4.add(f32x4.mul(p0, s0), a);
    p1 = f32x4.add(f32x4.mul(p1, s1), a);
    p2 = f32x4.add(f32x4.mul(p2, s2), a);
    p3 = f32x4.add(f32x4.mul(p3, s3), a);
    a = f32x4.splat(1.48572235717979e-5);
    p0 = f32x4.add(f32x4.mul(p0, s0), a);
    p1 = f32x4.add(f32x4.mul(p1, s1), a);
    p2 = f32x4.add(f32x4.mul(p2, s2), a);
    p3 = f32x4.add(f32x4.mul(p3, s3), a);
    a = f32x4.splat(6.37261928875436e-4);
    p0 = f32x4.add(f32x4.mul(p0, s0), a);
    p1 = f32x4.add(f32x4.mul(p1, s1), a);
    p2 = f32x4.add(f32x4.mul(p2, s2), a);
    p3 = f32x4.add(f32x4.mul(p3, s3), a);
    a = f32x4.splat(4.89352455891786e-3);
    p0 = f32x4.add(f32x4.mul(p0, s0), a);
    p1 = f32x4.add(f32x4.mul(p1, s1), a);
    p2 = f32x4.add(f32x4.mul(p2, s2), a);
    p3 = f32x4.add(f32x4.mul(p3, s3), a);
    c = f32x4.splat(1.19825839466702e-6);
    a = f32x4.splat(1.18534705686654e-4);
    let q0 = f32x4.add(f32x4.mul(c, s0), a);
    let q1 = f32x4.add(f32x4.mul(c, s1), a);
    let q2 = f32x4.add(f32x4.mul(c, s2), a);
    let q3 = f32x4.add(f32x4.mul(c, s3), a);
    a = f32x4.splat(2.268434632439e-3);
    q0 = f32x4.add(f32x4.mul(q0, s0), a);
    q1 = f32x4.add(f32x4.mul(q1, s1), a);
    q2 = f32x4.add(f32x4.mul(q2, s2), a);
    q3 = f32x4.add(f32x4.mul(q3, s3), a);
    a = f32x4.splat(4.89352518554385e-3);
    q0 = f32x4.add(f32x4.mul(q0, s0), a);
    q1 = f32x4.add(f32x4.mul(q1, s1), a);
    q2 = f32x4.add(f32x4.mul(q2, s2), a);
    q3 = f32x4.add(f32x4.mul(q3, s3), a);
    v128.store(out + i, f32x4.div(f32x4.mul(within(v128.load(x + i)), p0), q0));
    v128.store(out + i, f32x4.div(f32x4.mul(within(v128.load(x + i, 16)), p1), q1), 16);
    v128.store(out + i, f32x4.div(f32x4.mul(within(v128.load(x + i, 32)), p2), q2), 32);
    v128.store(out + i, f32x4.div(f32x4.mul(within(v128.load(x + i, 48)), p3), q3), 48);
  }
  for (; i < bytes; i += 16) v128.store(out + i, four(within(v128.load(x + i))));
}

/** Beyond, tanh is 1 in float32. Unlike min and max, these are one instruction each, and their order keeps NaN. */
function within(v: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, f32x4.splat(-7.90531110763549805)), f32x4.splat(7.90531110763549805));
}

function square(v: v128): v128 {
  return f32x4.mul(v, v);
}

function four(v: v128): v128 {
  const s = square(v);
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
  return f32x4.div(f32x4.mul(v, p), q);
}
