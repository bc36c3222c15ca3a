import type { docs as english } from '../en/docs.ts';
import type { Translation } from '../types.ts';

export const docs: Translation<typeof english> = {
  'docs.title': 'API-Referenz',
  'docs.text':
    'Jede Funktion lässt sich über HTTP, über den Socket und mit dem typisierten Client aufrufen. Version {version}. Dasselbe als Datei:',
  'docs.guideTitle': 'Module schreiben',
  'docs.guideLink': 'Wie man ein Modul schreibt',
  'docs.chapters': 'Kapitel',
  'docs.search': 'Funktionen suchen',
  'docs.noMatch': 'Keine Funktion passt',
  'docs.noMatchText': 'Versuche es mit einem kürzeren Wort oder dem Namen eines Moduls.',
  'docs.modules': 'Module',
  'docs.count': { one: '{count} Funktion', other: '{count} Funktionen' },
  'docs.input': 'Eingabe',
  'docs.noInput': 'Braucht keine Eingabe.',
  'docs.output': 'Antwort',
  'docs.content': 'Antwortet mit {type}.',
  'docs.events': 'Ereignisse des Streams',
  'docs.errors': 'Fehler',
  'docs.call': 'Aufruf',
  'docs.scope': 'Scope',
  'docs.socketEvent': 'Frame',
  'docs.access.public': 'Öffentlich',
  'docs.access.guest': 'Ab Gast',
  'docs.access.member': 'Ab Mitglied',
  'docs.access.admin': 'Admins',
  'docs.effect.read': 'liest',
  'docs.effect.write': 'schreibt',
  'docs.stream': 'Stream',
};
