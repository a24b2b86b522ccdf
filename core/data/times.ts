/**
 * Times as files write them. A text without a time zone is UTC: the result must not depend on the machine that reads
 * it.
 * @module
 */

/** Units of a number counted from 1970, and layouts of a text. */
export const TIME_FORMS = [
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
  'iso',
  'mdy',
  'dmy',
  'ctime',
] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

/** The forms in words. */
export const TIME_FORM_TEXT: Readonly<Record<TimeForm, string>> = {
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
  microseconds: 'microseconds since 1970',
  nanoseconds: 'nanoseconds since 1970',
  iso: 'dates like 2020-01-31 or 2020-01-31 09:30:00',
  mdy: 'dates like 01/31/2020, the month first',
  dmy: 'dates like 31/01/2020, the day first',
  ctime: 'times like Fri Jan 31 09:30:00 -0700 2020',
};

const PER_SECOND: Partial<Readonly<Record<TimeForm, number>>> = {
  seconds: 1,
  milliseconds: 1e3,
  microseconds: 1e6,
  nanoseconds: 1e9,
};
const NUMBERS: readonly TimeForm[] = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'];
const TEXTS: readonly TimeForm[] = ['iso', 'mdy', 'dmy', 'ctime'];

/**
 * A time outside these bounds is a mistake, mostly of its unit. The bounds are fixed: if they followed the rows, one
 * row could move them.
 */
const EARLIEST = Date.UTC(1900, 0, 1) / 1000;
const LATEST = Date.UTC(2200, 0, 1) / 1000;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?`;
const ZONE = String.raw`(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)`;
const ISO = new RegExp(String.raw`^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]+${CLOCK}(?: ?${ZONE})?)?$`);
const SLASHED = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ]+${CLOCK}(?: ?([AP]M))?)?$`, 'i');
const CTIME = new RegExp(String.raw`^\w{3},? (\w{3}) +(\d{1,2}) ${CLOCK}(?: ${ZONE})? (\d{4})$`);

/** NaN if unknown; undefined if the field is not a time of the form. */
export type Seconds = number | undefined;

/** Unix seconds of a field, which is text or a value of JSON or Parquet. A Parquet date carries its own unit. */
export function secondsOf(field: unknown, form: TimeForm): Seconds {
  if (field === undefined || field === null) return Number.NaN;
  if (field instanceof Date) return within(field.getTime() / 1000);
  const unit = PER_SECOND[form];
  if (typeof field === 'number' || typeof field === 'bigint') {
    return unit === undefined ? undefined : within(Number(field) / unit);
  }
  if (typeof field !== 'string') return undefined;
  const text = field.trim();
  if (text === '') return Number.NaN;
  return unit === undefined ? textSeconds(text, form) : within(Number(text) / unit);
}

function within(seconds: number): Seconds {
  return seconds >= EARLIEST && seconds < LATEST ? seconds : undefined;
}

function textSeconds(text: string, form: TimeForm): Seconds {
  switch (form) {
    case 'iso': {
      const found = ISO.exec(text);
      if (found === null) return undefined;
      const [, year, , month, day, hour, minute, second, zone] = found;
      return instant(Number(year), Number(month), Number(day), clock(hour, minute, second), zone);
    }
    case 'mdy':
    case 'dmy': {
      const found = SLASHED.exec(text);
      if (found === null) return undefined;
      const [, first, , second_, year, hour, minute, second, half] = found;
      const [month, day] = form === 'mdy' ? [first, second_] : [second_, first];
      return instant(Number(year), Number(month), Number(day), clock(hour, minute, second, half), undefined);
    }
    case 'ctime': {
      const found = CTIME.exec(text);
      if (found === null) return undefined;
      const [, month, day, hour, minute, second, zone, year] = found;
      const number = 1 + MONTHS.indexOf(month.toLowerCase());
      return instant(Number(year), number, Number(day), clock(hour, minute, second), zone);
    }
    default:
      return undefined;
  }
}

/** Seconds since midnight; undefined for a time that does not exist, such as 25:00. */
function clock(hour: string | undefined, minute: string, second: string | undefined, half?: string): Seconds {
  if (hour === undefined) return 0;
  let hours = Number(hour);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0);
  }
  const [minutes, seconds] = [Number(minute), Number(second ?? 0)];
  return hours > 24 || minutes > 59 || seconds > 60 ? undefined : 3600 * hours + 60 * minutes + seconds;
}

function instant(year: number, month: number, day: number, ofDay: Seconds, zone: string | undefined): Seconds {
  if (ofDay === undefined || month < 1 || month > 12) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  // `Date.UTC` turns the 30th of February into the 1st of March.
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  return within(midnight / 1000 + ofDay - offsetOf(zone));
}

function offsetOf(zone: string | undefined): number {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (found === null) return 0;
  const [, sign, hours, minutes = '0'] = found;
  return (sign === '-' ? -1 : 1) * (3600 * Number(hours) + 60 * Number(minutes));
}

/** Counts the forms of all times of a source, to find the form that most of them have. */
export class TimeTally {
  /**
   * A number above a bound is in a smaller unit. Each bound is the year 5138: in seconds, milliseconds and
   * microseconds.
   */
  static readonly #bounds = [1e11, 1e14, 1e17];
  readonly #fits = new Map<TimeForm, number>();
  #dates = 0;
  #known = 0;

  add(field: unknown): void {
    if (field === undefined || field === null || (typeof field === 'string' && field.trim() === '')) return;
    this.#known++;
    if (field instanceof Date) {
      this.#dates++;
      return;
    }
    const number = typeof field === 'string' ? Number(field.trim()) : Number(field);
    if (Number.isFinite(number)) {
      const unit = TimeTally.#bounds.findIndex((bound) => Math.abs(number) < bound);
      this.#count(NUMBERS[unit < 0 ? NUMBERS.length - 1 : unit]);
      return;
    }
    for (const form of TEXTS) if (secondsOf(field, form) !== undefined) this.#count(form);
  }

  /**
   * The form of most of the times. `ambiguous`: the month and the day cannot be told apart. `none`: there is no time.
   * Undefined: no form fits half of them.
   */
  form(): TimeForm | 'ambiguous' | 'none' | undefined {
    if (this.#known === 0) return 'none';
    // A column of Parquet's own date type carries its unit, so the form has no effect.
    if (2 * this.#dates >= this.#known) return 'iso';
    const [most] = [...TIME_FORMS].sort((a, b) => this.#of(b) - this.#of(a));
    if (2 * this.#of(most) < this.#known) return undefined;
    return most === 'mdy' && this.#of('dmy') === this.#of('mdy') ? 'ambiguous' : most;
  }

  #of(form: TimeForm): number {
    return this.#fits.get(form) ?? 0;
  }

  #count(form: TimeForm): void {
    this.#fits.set(form, this.#of(form) + 1);
  }
}
