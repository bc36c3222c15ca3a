import type { Page } from 'playwright-core';
import { de } from '../../web/i18n/de/index.ts';
import { en } from '../../web/i18n/en/index.ts';
import type { Dictionary } from '../../web/i18n/types.ts';

/** All forms of all texts. */
const formsOf = (dictionary: Dictionary): string[] =>
  Object.values(dictionary).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const likeForm = (form: string): RegExp =>
  new RegExp(
    `^${form
      .split(/\{\w+\}/)
      .map(literal)
      .join('.+')}$`,
  );

const german = formsOf(de).map(likeForm);
/** English texts that German does not share: no word in them stands in a German text of the same shape. */
const english = formsOf(en)
  .filter((form) => /\p{L}{2}/u.test(form.replaceAll(/\{\w+\}/g, '')))
  .filter((form) => !german.some((like) => like.test(form)))
  .map(likeForm);

export const isEnglish = (text: string): boolean => english.some((like) => like.test(text));

/** Every text of the app on a page that a person sees or hears: text nodes, names, tooltips, placeholders, the title. */
const spoken = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = [document.title];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const parent = texts.currentNode.parentElement;
      if (parent && !parent.closest('script, style, noscript, .markdown, [lang="en"]'))
        found.push(texts.currentNode.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.push(element.getAttribute(name) ?? '');
    return [...new Set(found.map((text) => text.trim()).filter((text) => text !== ''))];
  });

/** The English texts on a page that should have none. */
export const englishLeftovers = async (page: Page): Promise<string[]> => (await spoken(page)).filter(isEnglish);
