/**
 * Item titles from a small grammar. Each cluster of taste prefers certain adjectives and nouns, so titles reveal a
 * little of it.
 * @module
 */
import type { Prng } from '../../core/random/prng.ts';

const ADJECTIVES = 'quiet bright hidden wild gentle electric golden distant salty curious frozen velvet'.split(' ');
const NOUNS = 'garden engine harbour forest kitchen orbit river mirror winter market island letter'.split(' ');
const FORMS = ['The {a} {n}', '{a} {n}', 'A {n} of {m}', '{n} & {m}', 'Return to the {a} {n}'];

/** A title for an item of `cluster`. Two thirds of its adjectives and nouns are the cluster's own. */
export function title(cluster: number, random: Prng): string {
  const word = (words: readonly string[], offset: number): string => {
    const index = random.uniform() < 2 / 3 ? cluster * 2 + offset : random.integer(words.length);
    const chosen = words[index % words.length];
    return chosen.charAt(0).toUpperCase() + chosen.slice(1);
  };
  return FORMS[random.integer(FORMS.length)]
    .replace('{a}', word(ADJECTIVES, random.integer(2)))
    .replace('{n}', word(NOUNS, random.integer(2)))
    .replace('{m}', word(NOUNS, 2));
}
