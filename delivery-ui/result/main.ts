import { mount } from 'svelte';
import '../shared/base.css';
import { preferredLanguage, useLanguage } from '../shared/i18n/texts.svelte.ts';
import Result from './Result.svelte';

/** The key comes in the fragment, which no server sees. */
const key = location.hash.slice(1);
const target = document.getElementById('place');
void useLanguage(preferredLanguage('public'), 'public').then(() => {
  if (target) mount(Result, { target, props: { key } });
});
