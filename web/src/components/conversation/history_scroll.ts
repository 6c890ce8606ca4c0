// How a history scrolls: only what is near the window stands in the document; the reader's place is kept when older
// messages come in above, and the end is followed while the reader is there.
import { useVirtualizer, type VirtualItem } from '@tanstack/vue-virtual';
import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';
import type { Place } from '@/chat/places';
import type { Row } from '@/chat/rows';
import { useStretch } from './history_stretch';

export const loadAheadPx = 800;
const endPx = 80;
const settleFramesMost = 12;
const estimates: Readonly<Record<Row['kind'], number>> = { beginning: 52, day: 48, new: 40, message: 56 };

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

type Scroller = Readonly<Ref<HTMLElement | null>>;
type Rows = () => readonly Row[];

function useVirtualRows(scroller: Scroller, rows: Rows, follows: () => boolean, sizes: VirtualItem[]) {
  const options = computed(() => {
    const list = rows();
    return {
      count: list.length,
      getScrollElement: () => scroller.value,
      estimateSize: (index: number) => estimates[list[index]?.kind ?? 'message'],
      getItemKey: (index: number) => list[index]?.key ?? index,
      overscan: 6,
      anchorTo: 'end' as const,
      followOnAppend: follows(),
      scrollEndThreshold: endPx,
      paddingStart: 8,
      paddingEnd: 12,
      // The divider stands in the upper third.
      scrollPaddingStart: Math.round((scroller.value?.clientHeight ?? 0) / 4),
      initialMeasurementsCache: sizes,
    };
  });
  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>(options);
  return {
    virtualizer,
    items: computed(() => virtualizer.value.getVirtualItems()),
    total: computed(() => virtualizer.value.getTotalSize()),
    measure: (element: unknown): void => {
      if (element instanceof HTMLElement) virtualizer.value.measureElement(element);
    },
    startOf: (index: number): number => virtualizer.value.measurementsCache[index]?.start ?? 0,
    /** Index of the first row that reaches below `offset`. */
    rowAt: (offset: number): number => virtualizer.value.getVirtualItemForOffset(offset)?.index ?? 0,
  };
}

function onResize(scroller: Scroller, act: () => void): void {
  const observer = new ResizeObserver(act);
  onMounted(() => scroller.value !== null && observer.observe(scroller.value));
  onBeforeUnmount(() => observer.disconnect());
}

// One's own message is always shown, wherever one was.
function onOwnMessage(rows: Rows, act: () => void): void {
  watch(
    () => rows().at(-1),
    (last, before) => {
      if (last?.kind === 'message' && last.entry.mine && last.entry.id === null && last.key !== before?.key) act();
    },
  );
}

// The library writes the scroll position before Vue has written the new height, which may be too low for it: what was at
// the upper edge is put there again once it has.
function usePlaceKept(scroller: Scroller, rows: Rows, { total, startOf, rowAt }: ReturnType<typeof useVirtualRows>, keeps: () => boolean): void {
  let kept: { readonly key: string; readonly above: number } | null = null;
  watch(
    rows,
    (_, before) => {
      const top = scroller.value?.scrollTop ?? 0;
      const index = rowAt(top);
      const key = before[index]?.key;
      kept = !keeps() || key === undefined ? null : { key, above: top - startOf(index) };
    },
    { flush: 'sync' },
  );
  watch(
    [rows, total],
    ([list]) => {
      const box = scroller.value;
      if (box === null || kept === null) return;
      const { key, above } = kept;
      const index = list.findIndex((row) => row.key === key);
      const target = startOf(index) + above;
      if (index === -1 || target > box.scrollHeight - box.clientHeight) return;
      kept = null;
      if (Math.abs(box.scrollTop - target) > 1) box.scrollTop = target;
    },
    { flush: 'post' },
  );
}

// Puts the first place into the window, the divider or where the reader was; returns how far it was off.
function approach(scroller: Scroller, list: readonly Row[], place: Place | null, { virtualizer, startOf }: ReturnType<typeof useVirtualRows>): number {
  const divider = list.findIndex((row) => row.kind === 'new');
  const before = scroller.value?.scrollTop ?? 0;
  if (divider > 0) {
    virtualizer.value.scrollToIndex(divider, { align: 'start' });
  } else {
    const anchor = place?.anchor ?? null;
    const index = anchor === null ? -1 : list.findIndex((row) => row.key === anchor.key);
    if (anchor === null || index === -1) virtualizer.value.scrollToEnd();
    else virtualizer.value.scrollToOffset(startOf(index) + anchor.above);
  }
  return Math.abs((scroller.value?.scrollTop ?? 0) - before);
}

/** `all`: every row there is; `rows`, and the indices of `items`: those that are laid out. */
export function useHistoryScroll(scroller: Scroller, all: Rows, place: Place | null) {
  const stretch = useStretch(all);
  const rows = (): readonly Row[] => stretch.shown.value;
  const first = [(row: Row) => row.kind === 'new', (row: Row) => row.key === place?.anchor?.key].map((is) => all().findIndex(is)).find((at) => at !== -1);
  if (first !== undefined) stretch.moveTo(first);
  // Not when the stretch reaches the end only now: then the reader is still on the way.
  const follows = ref(stretch.atEnd.value);
  const virtual = useVirtualRows(scroller, rows, () => follows.value, place?.sizes ?? []);
  const { virtualizer, items, total, measure, startOf, rowAt } = virtual;
  const atEnd = ref(true);
  /** False while the first place is looked for: nothing is shown to travel. */
  const settled = ref(false);

  function toEnd(): void {
    if (stretch.atEnd.value) {
      virtualizer.value.scrollToEnd();
      return;
    }
    stretch.moveToEnd();
    void nextTick(() => virtualizer.value.scrollToEnd());
  }

  let height = 0;
  function look(): void {
    const box = scroller.value;
    if (box === null) return;
    follows.value = stretch.atEnd.value;
    // Of another height: whoever was at the end is about to be put there again.
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (!atEnd.value || box.clientHeight === height) atEnd.value = stretch.atEnd.value && below <= endPx;
    height = box.clientHeight;
    if (below < loadAheadPx) stretch.moveDown();
    else if (box.scrollTop < loadAheadPx) stretch.moveUp();
  }

  // Rows get their heights as they come near the window, which may shift the place that was aimed at.
  async function settle(): Promise<void> {
    approach(scroller, rows(), place, virtual);
    for (let n = 0; n < settleFramesMost; n += 1) {
      await frame();
      if (approach(scroller, rows(), place, virtual) < 1) break;
    }
    atEnd.value = false;
    look();
    settled.value = true;
  }

  function currentPlace(): Place {
    const top = scroller.value?.scrollTop ?? 0;
    const index = rowAt(top);
    const key = rows()[index]?.key;
    const anchor = atEnd.value || key === undefined ? null : { key, above: top - startOf(index) };
    return { anchor, sizes: virtualizer.value.takeSnapshot() };
  }

  usePlaceKept(scroller, rows, virtual, () => settled.value && !atEnd.value);
  onOwnMessage(all, () => void nextTick(toEnd));
  onMounted(() => void nextTick(settle));
  // The window may shrink under the reader: the composer grows, a keyboard opens.
  onResize(scroller, () => {
    if (atEnd.value && settled.value) toEnd();
  });

  return { shown: stretch.shown, atBeginning: stretch.atBeginning, items, total, atEnd, settled, measure, toEnd, look, rowAt, startOf, currentPlace };
}

/** The newest message of the partner that can be read in the window from `top` to `bottom`; null: none. */
export function newestInView(items: readonly VirtualItem[], rows: readonly Row[], top: number, bottom: number): number | null {
  let seen: number | null = null;
  for (const item of items) {
    const row = rows[item.index];
    if (row?.kind !== 'message' || row.entry.mine) continue;
    // A message taller than the window counts once its beginning is there.
    if (item.end > top && item.start + Math.min(item.size, bottom - top) <= bottom + 1) seen = row.entry.id;
  }
  return seen;
}
