// Folds the sums of a unit of features, from place `to` on; a tile has SUMS vec4f, in this order. Expects count, first{b}, second{b}, `more` (whether
// there is a second tile), k0, is_first, lane.
#if PAIRED
    fold(array(first0, first1, second0, second1), k0, to, 4u, is_first, lane);
#if TILED
    fold(array(vec4f(count), vec4f(0.0), vec4f(0.0), vec4f(0.0)), k0, to + 4u, 1u, is_first, lane);
    if (more) {
      fold(array(first2, first3, second2, second3), k0, to + SUMS, 4u, is_first, lane);
      fold(array(vec4f(count), vec4f(0.0), vec4f(0.0), vec4f(0.0)), k0, to + SUMS + 4u, 1u, is_first, lane);
    }
#else
    fold(array(vec4f(count), vec4f(0.0), vec4f(0.0), vec4f(0.0)), k0, to + 4u, 1u, is_first, lane);
#endif
#elif WIDE
    fold(array(first0, second0, vec4f(count), vec4f(0.0)), k0, to, 3u, is_first, lane);
#else
    fold(array(vec4f(first0, second0), vec4f(count), vec4f(0.0), vec4f(0.0)), k0, to, 2u, is_first, lane);
#endif
