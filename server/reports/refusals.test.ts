import { IrtError } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import en from './refusals.en.json' with { type: 'json' };
import nl from './refusals.nl.json' with { type: 'json' };
import { refusalOf, refusalText } from './refusals.ts';

const said = (error: unknown, language: 'nl' | 'en', place: 'command' | 'page' = 'page'): string => {
  const refusal = refusalOf(error);
  return refusal === undefined ? '' : refusalText(refusal, language, place);
};

describe('a refusal in words', () => {
  it('says the same in both languages: codes, sentences and what is filled in', () => {
    const shapeOf = (texts: object) =>
      Object.entries(texts).map(([code, sentences]: [string, readonly string[]]) => [
        code,
        sentences.map((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()),
      ]);
    expect(shapeOf(nl.texts)).toEqual(shapeOf(en.texts));
    for (const place of ['command', 'page'] as const)
      expect(Object.keys(nl.hints[place])).toEqual(Object.keys(en.hints[place]));
  });
  it('names line, item and value, and what to do where the reader is', () => {
    const error = new ResponseFileError('duplicate-response', 'twice', { person: 'P1', item: 'Q2' });
    expect(said(error, 'nl')).toBe('Persoon P1 heeft item Q2 twee keer beantwoord. Of kies ‘houd het eerste’.');
    expect(said(error, 'en', 'command')).toBe('Person P1 answered item Q2 twice. --duplicates first keeps the first.');
  });
  it('fills in field and value of the engine, and falls back on English where nothing fits', () => {
    expect(said(new IrtError('singular', 'information', 'Q2', 'must be regular'), 'nl')).toBe(
      'De standaardfouten zijn niet te berekenen: information, Q2. Een eenvoudiger model kan helpen.',
    );
    expect(said(new IrtError('cuts-crossed', 'cuts', 3, 'must rise'), 'nl')).toBe('cuts: 3 must rise');
    expect(said(new ResponseFileError('unknown-category', 'line 2, rating: "x" is no number'), 'nl')).toBe(
      'line 2, rating: "x" is no number',
    );
  });
  it('knows a fault from a refusal', () => expect(refusalOf(new Error('x'))).toBeUndefined());
});
