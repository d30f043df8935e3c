import { describe, expect, it } from 'vitest';
import { isAnswered } from './asked-host.ts';

const exam = 'https://exam.example';

describe('a server answers to', () => {
  it.each([
    ['its public name', 'exam.example', exam],
    ['its public name with a port', 'exam.example:443', exam],
    ['its public name in capitals', 'EXAM.example', exam],
    ['its own machine', 'localhost:3000', exam],
    ['its own machine by number', '127.0.0.1:3000', exam],
    ['its own machine by number of the newer kind', '[::1]:3000', exam],
    ['any number, where nobody gave it a name', '192.168.1.5:3000', undefined],
    ['any number of the newer kind, where nobody gave it a name', '[fd00::5]:3000', undefined],
    ['its public number', '192.168.1.5', 'http://192.168.1.5:3000'],
  ])('%s', (_, host, publicUrl) => expect(isAnswered(host, publicUrl)).toBe(true));
});

describe('a server does not answer to', () => {
  it.each([
    ['another name', 'evil.example', exam],
    ['a name that begins like its own', 'exam.example.evil.example', exam],
    ['a name below its own', 'www.exam.example', exam],
    ['its own with a dot behind', 'exam.example.', exam],
    ['a name that looks like a number', '127.0.0.1.evil.example', exam],
    ['another number, where it has a name', '192.168.1.5', exam],
    ['any name, where nobody gave it one', 'evil.example', undefined],
    ['two names', 'exam.example, evil.example', exam],
    ['a name behind an account', 'evil@exam.example', exam],
    ['nothing', '', exam],
    ['no name at all', undefined, exam],
  ])('%s', (_, host, publicUrl) => expect(isAnswered(host, publicUrl)).toBe(false));
});
