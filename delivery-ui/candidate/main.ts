import { mount } from 'svelte';
import '../shared/base.css';
import { indexedDbStore } from '../shared/outbox/store.ts';
import { pageKeyReady } from '../shared/request/exam-browser.ts';
import { createSpeech } from '../shared/speech/speech.ts';
import { browserSurroundings } from '../shared/surroundings.ts';
import App from './App.svelte';

/** A scanned code comes in the fragment, which no server sees; it leaves the address at once. */
function codeInAddress(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? undefined;
  if (code !== undefined) history.replaceState(null, '', location.pathname);
  return code;
}

const [navigation] = performance.getEntriesByType('navigation');
const reloaded = navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload';
const target = document.getElementById('place');
const code = codeInAddress();
void pageKeyReady(browserSurroundings).then(() => {
  if (target === null) return;
  mount(App, {
    target,
    props: {
      code,
      reloaded,
      surroundings: browserSurroundings,
      store: indexedDbStore(),
      speech: createSpeech(browserSurroundings),
    },
  });
});
