import type { MessageBody } from '@shared/chat/schema.ts';
import type { T } from '../../i18n/i18n.tsx';

type SystemBody = Extract<MessageBody, { kind: 'system' }>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What Hearth itself says in a room; a line that this build does not know is told as such. */
export function systemLine({ code, params }: SystemBody, t: T): string {
  if (code === 'module_failed')
    return t('chat.moduleFailed', {
      title: textOf(params['title']) || textOf(params['id']),
      reason: textOf(params['reason']),
    });
  return t('chat.systemLine');
}

/** The module that a line is about, whose admins may look into it. */
export const moduleOf = ({ code, params }: SystemBody): string | undefined =>
  code === 'module_failed' ? textOf(params['id']) || undefined : undefined;
