import * as parts from 'bottender';
import * as whole from 'bottender/dist';

/** See support/bottender.js. */
test.each(Object.keys(parts))(
  'the parts of Bottender that suites load are the ones that it exports: %s',
  (name) => {
    expect(Reflect.get(parts, name)).toBeDefined();
    expect(Reflect.get(parts, name)).toBe(Reflect.get(whole, name));
  },
);
