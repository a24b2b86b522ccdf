/**
 * The one rule by which a text becomes the id of a person or an item. Every input uses it: data files of every format,
 * files of consents and of hidden positives, the command line, the local service. If two inputs had different rules,
 * one person would have two ids and a withdrawal would miss one of them. If a rule mapped two texts to one id, two
 * persons would be bounded, noised and released as one.
 *
 * The rule removes blanks and byte order marks around the text (String.trim). The rest is compared byte for byte: no
 * case folding, no Unicode normalisation. A text that could not be kept unchanged everywhere is refused instead of
 * altered.
 * @module
 */

/** Matches most ids: ASCII without any character that the rule removes or refuses. */
const PLAIN = /^[!-~]+$/;
/**
 * Characters that no id may hold: control characters and line ends (files list one id per line), halves of surrogate
 * pairs, and U+FFFD (text lost in decoding).
 */
const REFUSED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFD]/u;

/**
 * @param field text, or a number as Parquet holds it. JSON numbers arrive as text with all their digits.
 * @returns the id, or undefined if the field is no id; {@link whyNoId} explains why.
 */
export function idOf(field: unknown): string | undefined {
  if (typeof field === 'string' && PLAIN.test(field)) return field;
  const text = textOf(field)?.trim();
  return text === undefined || text === '' || REFUSED.test(text) ? undefined : text;
}

/** Completes the sentence "the person ...". The text does not reveal the field's content, so it may be logged. */
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
  // Above 2^53 one double stands for several whole numbers.
  return typeof field === 'number' && Number.isSafeInteger(field) ? String(field) : undefined;
}
