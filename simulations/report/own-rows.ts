/**
 * Name of the row for a platform's own data alone. A federation must rank better than this row.
 * @module
 */
export const OWN_ROWS = 'own rows';
