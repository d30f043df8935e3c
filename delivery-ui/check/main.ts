import { mount } from 'svelte';
import '../shared/base.css';
import { preferredLanguage, useLanguage } from '../shared/i18n/texts.svelte.ts';
import Check from './Check.svelte';

/** The certificate comes in the fragment, which no server sees. */
const fragment = location.hash.slice(1);
const target = document.getElementById('place');
void useLanguage(preferredLanguage('public'), 'public').then(() => {
  if (target) mount(Check, { target, props: { fragment } });
});
