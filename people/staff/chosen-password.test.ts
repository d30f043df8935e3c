import { describe, expect, it } from 'vitest';
import { passwordFault } from './chosen-password.ts';

const whose = { account: 'an.peeters@agii', name: 'An Peeters', present: 'abcd-efgh-jkmn-pqrs' };

describe('a chosen password', () => {
  it.each<[string, string | undefined]>([
    ['korte zin', 'password-short'],
    ['elf tekens.', 'password-short'],
    ['twaalf teken', undefined],
    ['vier paarden op het dak', undefined],
    ['vR4$kqPz!w8x', undefined],
    ['abcd-efgh-jkmn-pqrs', 'password-same'],
    ['Welkom2024!!', 'password-common'],
    ['2024Wachtwoord2024', 'password-common'],
    ['P-a-s-s-w-o-r-d', 'password-common'],
    ['welkomwelkomwelkom', 'password-common'],
    ['aaaaaaaaaaaaaaa', 'password-common'],
    ['abababababab1', 'password-common'],
    ['012345678901', 'password-common'],
    ['987654321098', 'password-common'],
    ['4082-1957-3361', 'password-common'],
    ['An Peeters 1975', 'password-common'],
    ['peeters-peeters', 'password-common'],
    ['an.peeters@agii', 'password-common'],
    ['AgII-2026-2027', 'password-common'],
    ['wachtwoord van mijn kat', undefined],
  ])('%s: %s', (chosen, fault) => {
    expect(passwordFault(chosen, whose)).toBe(fault);
  });
});
