/** The pieces of this package, by kind and name. Isthmus reads the default export of the module that package.json names. */
import { oneSign } from './pieces/one-sign.js';
import { pairs } from './pieces/pairs.js';
import { otherDisk } from './pieces/other-disk.js';

export default {
  releaseModes: { 'one-sign': oneSign },
  readers: { pairs },
  platformStores: { 'other-disk': otherDisk },
};
