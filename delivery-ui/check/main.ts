import { mount } from 'svelte';
import '../shared/base.css';
import { preferredLanguage, useLanguage } from '../shared/i18n/texts.svelte.ts';
import Check from './Check.svelte';

const credential = decodeURIComponent(location.hash.slice(1));
const target = document.getElementById('place');
void useLanguage(preferredLanguage('public'), 'public').then(() => { if (target) mount(Check, { target, props: { credential } }); });
