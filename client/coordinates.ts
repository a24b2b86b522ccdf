/**
 * Assigns the platform's items to the coordinates of its sums, within the number of coordinates in the manifest.
 * @module
 */
import { layOut, lostItems } from '../core/data/coordinates.ts';
import type { Domain } from '../core/data/domain.ts';
import type { ManifestPlatform } from '../core/federation/manifest.ts';
import type { Log } from '../host/log.ts';
import { PlatformError } from './errors.ts';
import type { CoordinateStore } from './store/platform-store.ts';

/** Share of used coordinates above which the log warns. */
const NEARLY_FULL = 0.9;

/**
 * Gives every new item a coordinate while there are free ones, and stores them. The same domain gives the same result.
 * @throws PlatformError PLATFORM_CATALOGUE if an item with a coordinate is missing in the catalogue.
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
      `the catalogue of platform "${name}" lacks ${lost.length} of the ${coordinates.length} items that its sums were made with, for example ${JSON.stringify(lost[0])}: this is other data, or items were deleted. Name the data that this state began with, and keep old items in the items file. The sums are not drawn again`,
    );
  }
  const { domain: laidOut, added, itemsBeyond, rowsBeyond } = layOut(domain, coordinates, most);
  store.append(added);
  const items = laidOut.catalogue.length;
  if (itemsBeyond > 0) {
    log.warn(
      'the manifest has no coordinates left for these items: their rows are left out, and they are not recommended',
      {
        room: most,
        itemsLeftOut: itemsBeyond,
        rowsLeftOut: rowsBeyond,
      },
    );
  } else if (items > NEARLY_FULL * most) {
    log.warn(
      'the catalogue uses nearly all of its coordinates in the manifest: rows of items beyond them will be left out',
      {
        items,
        room: most,
      },
    );
  } else log.info('the catalogue has room to grow', { items, room: most });
  return laidOut;
}
