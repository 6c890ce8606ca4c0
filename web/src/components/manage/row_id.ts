import type { Member } from '@/manage/management';

/** Of the button that opens what can be done about somebody, in the document. */
export const rowId = ({ id }: Member): string => `member-${id}`;
