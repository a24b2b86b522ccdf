/**
 * The Rényi orders that the references used. Another list of orders gives another epsilon.
 * @module
 */
import { range } from '../../accounting/orders.ts';
import { AccountantError } from '../../accounting/errors.ts';

/** dp_accounting's defaults. */
export const GOOGLE_ORDERS: readonly number[] = [...range(1.1, 11, 0.1), ...range(11, 64, 1), 128, 256, 512, 1024];

/** Opacus' defaults. */
export const OPACUS_ORDERS: readonly number[] = [...range(1.1, 11, 0.1), ...range(12, 64, 1)];

/** TensorFlow Privacy's defaults. */
export const TENSORFLOW_ORDERS: readonly number[] = [
  ...[1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5],
  ...range(5, 64, 1),
  ...[128, 256, 512],
];

/**
 * Parses comma-separated orders and ranges with both ends, such as "2..128,256 (integers)" or "1.1..10.9 step .1, 12..63". Leaves
 * out orders <= 1, which give no bound.
 */
export function parseOrders(text: string, row: string): readonly number[] {
  const orders = text
    .replace(/\(?\bintegers\b\)?/g, '')
    .split(',')
    .flatMap((part) => {
      const [ends, step = '1'] = part.split('step');
      const [first, last = first] = ends.split('..');
      const numbers = [first, last, step].map((word) => (word.trim() === '' ? NaN : Number(word)));
      if (numbers.some((value) => !(value > 0))) {
        throw new AccountantError(
          'REFERENCE_MALFORMED',
          `row ${row}: params.orders has "${part}", expected A, A..B or A..B step S`,
        );
      }
      return range(numbers[0], numbers[1] + numbers[2], numbers[2]);
    });
  return orders.filter((order) => order > 1);
}
