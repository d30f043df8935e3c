import { mount } from 'svelte';
import '../shared/base.css';
import { preferredLanguage, useLanguage } from '../shared/i18n/texts.svelte.ts';
import Office from './Office.svelte';

const target = document.getElementById('place');
void useLanguage(preferredLanguage('staff'), 'staff').then(() => {
  if (target) mount(Office, { target });
});
