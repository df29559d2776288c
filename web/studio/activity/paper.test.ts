import { expect, test } from 'vitest';
import { BadLine, options, questions, slices } from './paper';

test('questions are blocks with a starred answer and a reason', () => {
  const read = questions('What is it?\nclay\n* glass\n= It is blown.\n\nHow old?\n*ten\ntwenty\n= Since 2016.\n', 10_000);
  expect(read).toEqual([
    { text: 'What is it?', options: ['clay', 'glass'], right: 1, why: 'It is blown.', window_ms: 10_000 },
    { text: 'How old?', options: ['ten', 'twenty'], right: 0, why: 'Since 2016.', window_ms: 10_000 },
  ]);
});

test('a question without a right answer or a reason says on which line it begins', () => {
  expect(() => questions('One?\n*a\nb\n= so\n\nTwo?\na\nb\n= so', 1)).toThrow(new BadLine(6));
  expect(() => questions('One?\n*a\nb', 1)).toThrow(new BadLine(1));
});

test('slices have a weight, and prizes where something is won', () => {
  expect(slices('A cup | 1 | 3\n谢谢 | 9')).toEqual([
    { label: 'A cup', weight: 1, prize: { what: 'A cup', worth_minor: 0, count: 3 } },
    { label: '谢谢', weight: 9, prize: null },
  ]);
  expect(() => slices('ok | 1\nbad | x')).toThrow(new BadLine(2));
});

test('options are the lines that say something', () => {
  expect(options(' Red \n\nBlue')).toEqual(['Red', 'Blue']);
});
