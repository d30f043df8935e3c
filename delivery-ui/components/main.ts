import { mount } from 'svelte';
import '../shared/base.css';
import Sheet from './Sheet.svelte';

const target = document.getElementById('place');
if (target) mount(Sheet, { target });
