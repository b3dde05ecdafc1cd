import { objectNotFound } from '../values/graphError';
import type { Json } from '../values/json';
import type { AppCall } from './call';

/** The only pack, in place of Meta's catalogue. */
const PACK = {
  id: '840909108572865',
  name: 'Emulated stickers',
  description: 'Stickers of the Messenger emulator',
};
const STICKERS = [
  { id: '369239263222822', name: 'Thumbs up' },
  { id: '767226160478561', name: 'Cat' },
];

/** `GET /sticker_packs`: docs/messenger-facts.md#sticker-catalogue */
export function listStickerPacks({ world }: AppCall): Json {
  const pack = {
    ...PACK,
    preview_image_url: pictureUrl(world.origin),
    sticker_count: STICKERS.length,
  };
  return { data: [pack] };
}

/** `GET /sticker_packs/{pack}/stickers` */
export function listStickers({ world, method }: AppCall, packId: string): Json {
  if (packId !== PACK.id) throw objectNotFound(method, packId);
  return {
    data: STICKERS.map((sticker) => stickerNode(world.origin, sticker)),
  };
}

/** `GET /sticker_search?q=` */
export function searchStickers({ world, parameters }: AppCall): Json {
  const query = parameters.requiredText('q').toLowerCase();
  const found = STICKERS.filter(({ name }) =>
    name.toLowerCase().includes(query),
  );
  return { data: found.map((sticker) => stickerNode(world.origin, sticker)) };
}

function stickerNode(
  origin: string,
  sticker: { id: string; name: string },
): { [field: string]: Json } {
  return { ...sticker, image_url: pictureUrl(origin), width: 120, height: 120 };
}

function pictureUrl(origin: string): string {
  return `${origin}/_emulator/pictures/sticker`;
}
