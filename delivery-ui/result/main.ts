import { mount } from 'svelte';
import '../shared/base.css';
import { takeKey } from '../shared/handed-key.ts';
import { preferredLanguage, useLanguage } from '../shared/i18n/texts.svelte.ts';
import Result from './Result.svelte';

/** Also what came in the fragment, which no server sees, leaves the address. */
const key = takeKey();
const target = document.getElementById('place');
void useLanguage(preferredLanguage('public'), 'public').then(() => {
  if (target) mount(Result, { target, props: { key } });
});
