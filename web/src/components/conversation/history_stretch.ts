// Of a long history a stretch around the reader is laid out, and it moves with them: what is far off costs nothing.
import { computed, shallowRef, type Ref } from 'vue';
import type { Row } from '@/chat/rows';

/** Rows laid out at once, many windows full. */
export const stretchRows = 1_500;
const stepRows = 500;

export function useStretch(rows: () => readonly Row[]) {
  // Key of its last row; null: the last row there is, also when more come.
  const end = shallowRef<string | null>(null);
  const to = computed(() => {
    const key = end.value;
    const at = key === null ? -1 : rows().findLastIndex((row) => row.key === key);
    return at === -1 ? rows().length : at + 1;
  });
  const from = computed(() => Math.max(0, to.value - stretchRows));
  const shown: Readonly<Ref<readonly Row[]>> = computed(() => rows().slice(from.value, to.value));

  function endAt(wanted: number): void {
    end.value = wanted >= rows().length ? null : (rows()[wanted - 1]?.key ?? null);
  }

  return {
    shown,
    /** No row is left out above. */
    atBeginning: computed(() => from.value === 0),
    /** No row is left out below. */
    atEnd: computed(() => to.value === rows().length),
    moveUp: () => endAt(to.value - Math.min(stepRows, from.value)),
    moveDown: () => endAt(to.value + stepRows),
    moveToEnd: () => endAt(rows().length),
    /** Moves it, if need be, to where row `index` of all rows is in it. */
    moveTo(index: number): void {
      if (index < from.value || index >= to.value) endAt(Math.max(index + stretchRows / 2, stretchRows));
    },
  };
}
