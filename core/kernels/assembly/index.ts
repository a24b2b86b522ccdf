/** Entry of the kernels: what JavaScript may call. Every pointer is a byte offset into the memory that it lends. */
export { solveRows } from './als';
export { crossProduct, multiply, rotate } from './product';
