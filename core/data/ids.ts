/**
 * The one rule by which anything becomes the id of a person or an item. Every door goes through it: data files of every
 * format, files of consents and of hidden positives, the command line, the local service. Where two doors had two rules,
 * one person would be two, and a withdrawal would miss one of them; where a rule mapped two texts to one id, two persons
 * would be bounded, noised and released as one.
 *
 * Blanks and byte order marks around the text go (String.trim). What is left is compared byte for byte: no case folding,
 * no Unicode normalisation. A text that cannot stand for itself everywhere is refused instead of changed.
 * @module
 */

/** Most ids: ASCII without anything that the rule changes or refuses. */
const PLAIN = /^[!-~]+$/;
/** Control characters and line ends (an id stands alone on a line), halves of surrogate pairs, U+FFFD (text lost in decoding). */
const REFUSED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFD]/u;

/**
 * @param field text; or a number as Parquet holds it. JSON numbers come as their own digits, in text.
 * @returns the id; undefined where there is none, which {@link whyNoId} explains.
 */
export function idOf(field: unknown): string | undefined {
  if (typeof field === 'string' && PLAIN.test(field)) return field;
  const text = textOf(field)?.trim();
  return text === undefined || text === '' || REFUSED.test(text) ? undefined : text;
}

/** Completes the sentence "the person ...". Says nothing of what the field holds: fit for a log. */
export function whyNoId(field: unknown): string {
  if (field === undefined || field === null) return 'is empty';
  if (field instanceof Uint8Array) return 'is not UTF-8 text';
  if (typeof field === 'number') return 'is a number that is not whole, or too large for its digits to be kept';
  const text = textOf(field)?.trim();
  if (text === undefined) return 'is neither text nor a whole number';
  if (text === '') return 'is empty';
  if (text.includes('\uFFFD')) return 'holds U+FFFD: a character was lost when the text was decoded';
  return /\p{Cs}/u.test(text) ? 'holds half of a surrogate pair' : 'holds a line end or another control character';
}

function textOf(field: unknown): string | undefined {
  if (typeof field === 'string') return field;
  if (typeof field === 'bigint') return String(field);
  // Above 2^53 a double stands for several whole numbers.
  return typeof field === 'number' && Number.isSafeInteger(field) ? String(field) : undefined;
}
