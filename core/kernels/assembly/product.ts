/**
 * Dense float32 products, 4 x 8 numbers of the result at a time in eight registers.
 *
 * Every pointer is a byte offset, every matrix row-major and its width a multiple of 8: whoever calls pads with zeros.
 */

/** out [rows, columns] = x [rows, inner] b [inner, columns]; rows a multiple of 4. */
export function multiply(x: usize, rows: i32, inner: i32, b: usize, columns: i32, out: usize): void {
  const xBytes = (<usize>inner) << 2;
  const bBytes = (<usize>columns) << 2;
  for (let r = 0; r < rows; r += 4) {
    const x0 = x + <usize>r * xBytes;
    const x1 = x0 + xBytes;
    const x2 = x1 + xBytes;
    const x3 = x2 + xBytes;
    for (let c: usize = 0; c < bBytes; c += 32) {
      let a0 = f32x4.splat(0);
      let b0 = a0;
      let a1 = a0;
      let b1 = a0;
      let a2 = a0;
      let b2 = a0;
      let a3 = a0;
      let b3 = a0;
      let at = b + c;
      for (let i: usize = 0; i < xBytes; i += 4) {
        const u = v128.load(at);
        const v = v128.load(at, 16);
        at += bBytes;
        let t = v128.load32_splat(x0 + i);
        a0 = f32x4.add(a0, f32x4.mul(t, u));
        b0 = f32x4.add(b0, f32x4.mul(t, v));
        t = v128.load32_splat(x1 + i);
        a1 = f32x4.add(a1, f32x4.mul(t, u));
        b1 = f32x4.add(b1, f32x4.mul(t, v));
        t = v128.load32_splat(x2 + i);
        a2 = f32x4.add(a2, f32x4.mul(t, u));
        b2 = f32x4.add(b2, f32x4.mul(t, v));
        t = v128.load32_splat(x3 + i);
        a3 = f32x4.add(a3, f32x4.mul(t, u));
        b3 = f32x4.add(b3, f32x4.mul(t, v));
      }
      let to = out + <usize>r * bBytes + c;
      v128.store(to, a0);
      v128.store(to, b0, 16);
      to += bBytes;
      v128.store(to, a1);
      v128.store(to, b1, 16);
      to += bBytes;
      v128.store(to, a2);
      v128.store(to, b2, 16);
      to += bBytes;
      v128.store(to, a3);
      v128.store(to, b3, 16);
    }
  }
}

/** x [rows, d] <- x rotation [d, d], in place; rows a multiple of 4. `room` holds 4 d numbers. */
export function rotate(x: usize, rows: i32, d: i32, rotation: usize, room: usize): void {
  const bytes = (<usize>d) << 4;
  for (let r = 0; r < rows; r += 4) {
    const at = x + ((<usize>r * <usize>d) << 2);
    multiply(at, 4, d, rotation, d, room);
    memory.copy(at, room, bytes);
  }
}

/**
 * out [d, m] += xᵀ y over the rows of x [rows, d] and y [rows, m]. With `half`, tiles that lie above the diagonal are left
 * out: enough where x is y.
 */
export function crossProduct(x: usize, d: i32, y: usize, m: i32, rows: i32, out: usize, half: bool): void {
  const xBytes = (<usize>d) << 2;
  const yBytes = (<usize>m) << 2;
  for (let i: usize = 0; i < xBytes; i += 16) {
    const until = half ? ((i >> 5) + 1) << 5 : yBytes;
    for (let j: usize = 0; j < until; j += 32) {
      let to = out + (i >> 2) * yBytes + j;
      let a0 = v128.load(to);
      let b0 = v128.load(to, 16);
      to += yBytes;
      let a1 = v128.load(to);
      let b1 = v128.load(to, 16);
      to += yBytes;
      let a2 = v128.load(to);
      let b2 = v128.load(to, 16);
      to += yBytes;
      let a3 = v128.load(to);
      let b3 = v128.load(to, 16);
      let atX = x + i;
      let atY = y + j;
      for (let r = 0; r < rows; r++) {
        const u = v128.load(atY);
        const v = v128.load(atY, 16);
        let t = v128.load32_splat(atX);
        a0 = f32x4.add(a0, f32x4.mul(t, u));
        b0 = f32x4.add(b0, f32x4.mul(t, v));
        t = v128.load32_splat(atX, 4);
        a1 = f32x4.add(a1, f32x4.mul(t, u));
        b1 = f32x4.add(b1, f32x4.mul(t, v));
        t = v128.load32_splat(atX, 8);
        a2 = f32x4.add(a2, f32x4.mul(t, u));
        b2 = f32x4.add(b2, f32x4.mul(t, v));
        t = v128.load32_splat(atX, 12);
        a3 = f32x4.add(a3, f32x4.mul(t, u));
        b3 = f32x4.add(b3, f32x4.mul(t, v));
        atX += xBytes;
        atY += yBytes;
      }
      to = out + (i >> 2) * yBytes + j;
      v128.store(to, a0);
      v128.store(to, b0, 16);
      to += yBytes;
      v128.store(to, a1);
      v128.store(to, b1, 16);
      to += yBytes;
      v128.store(to, a2);
      v128.store(to, b2, 16);
      to += yBytes;
      v128.store(to, a3);
      v128.store(to, b3, 16);
    }
  }
}
