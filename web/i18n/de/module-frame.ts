import type { moduleFrame as english } from '../en/module-frame.ts';
import type { Translation } from '../types.ts';

export const moduleFrame: Translation<typeof english> = {
  'frame.over': 'Diese Seite wurde angehalten',
  'frame.overText': 'Sie hat ihren Platz verlassen oder mehr verlangt, als einer Seite zusteht.',
  'frame.reload': 'Wieder öffnen',
};
