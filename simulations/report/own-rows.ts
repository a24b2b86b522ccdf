/**
 * The row of what a platform knows by itself, which a federation has to be better than.
 * @module
 */
export const OWN_ROWS = 'own rows';
