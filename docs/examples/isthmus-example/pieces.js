/** The pieces of this package, by kind and name. Isthmus reads the default export of the module that package.json names. */
import { firmRidge } from './pieces/firm-ridge.js';
import { oneSign } from './pieces/one-sign.js';
import { pairs } from './pieces/pairs.js';
import { otherDisk } from './pieces/other-disk.js';
import { signs } from './pieces/signs.js';

export default {
  views: { signs },
  readouts: { 'firm-ridge': firmRidge },
  releaseModes: { 'one-sign': oneSign },
  readers: { pairs },
  platformStores: { 'other-disk': otherDisk },
};
