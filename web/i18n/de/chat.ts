import type { chat as english } from '../en/chat.ts';
import type { Translation } from '../types.ts';

export const chat: Translation<typeof english> = {};
