// The inline parts of a message as elements. Everything a person wrote becomes a text node: there is no way to HTML here.
import { h, type FunctionalComponent, type VNodeChild } from 'vue';
import type { Inline } from '@/chat/rich_text';

const tags = { bold: 'strong', italic: 'em' } as const;

function render(part: Inline): VNodeChild {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return h('code', { class: 'inline-code' }, part.text);
    case 'link':
      return h('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow', class: 'link' }, part.text);
    case 'bold':
    case 'italic':
      return h(tags[part.kind], part.parts.map(render));
  }
}

export const InlineText: FunctionalComponent<{ parts: readonly Inline[] }> = ({ parts }) => parts.map(render);
InlineText.props = ['parts'];
