/**
 * The platform's catalogue on the coordinates that its sums have, within what the manifest leaves room for.
 * @module
 */
import { layOut, lostItems } from '../core/data/coordinates.ts';
import type { Domain } from '../core/data/domain.ts';
import type { ManifestPlatform } from '../core/federation/manifest.ts';
import type { Log } from '../host/log.ts';
import { PlatformError } from './errors.ts';
import type { CoordinateStore } from './store/platform-store.ts';

/** Share of the room from which on it is told that little is left. */
const NEARLY_FULL = 0.9;

/**
 * Durably gives every new item a coordinate, as long as there is one. The same domain again comes back as it is.
 * @throws PlatformError PLATFORM_CATALOGUE where an item is lost that has one.
 */
export function onCoordinates(
  domain: Domain,
  store: CoordinateStore,
  { name, items: most }: ManifestPlatform,
  log: Log,
): Domain {
  const coordinates = store.all();
  const lost = lostItems(domain, coordinates);
  if (lost.length > 0) {
    throw new PlatformError(
      'PLATFORM_CATALOGUE',
      `the catalogue of platform "${name}" lacks ${lost.length} of the ${coordinates.length} items that its sums were made with, ${JSON.stringify(lost[0])} for one: this is other data, or items were taken off the list. Name the data that this state began with, and keep old items in the items file; nothing is drawn anew`,
    );
  }
  const { domain: laidOut, added, itemsBeyond, rowsBeyond } = layOut(domain, coordinates, most);
  store.append(added);
  const items = laidOut.catalogue.length;
  if (itemsBeyond > 0) {
    log.warn('the manifest has no room for these items: their rows are left out, and they are not recommended', {
      room: most,
      itemsLeftOut: itemsBeyond,
      rowsLeftOut: rowsBeyond,
    });
  } else if (items > NEARLY_FULL * most) {
    log.warn('the catalogue nearly fills its room in the manifest: rows of items beyond it will be left out', {
      items,
      room: most,
    });
  } else log.info('the catalogue has room to grow', { items, room: most });
  return laidOut;
}
