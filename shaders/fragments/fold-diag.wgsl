// Folds the sums of a unit of features, from place `to` on; a tile has SUMS vec4f, in this order. Expects count, first{b}, second{b}, `more` (whether
// there is a second tile), k0, is_first, lane.
#if PAIRED
    fold(first0, first1, second0, second1, k0, to, 4u, is_first, lane);
    fold(vec4f(count), NONE, NONE, NONE, k0, to + 4u, 1u, is_first, lane);
#if TILED
    if (more) {
      fold(first2, first3, second2, second3, k0, to + SUMS, 4u, is_first, lane);
      fold(vec4f(count), NONE, NONE, NONE, k0, to + SUMS + 4u, 1u, is_first, lane);
    }
#endif
#elif WIDE
    fold(first0, second0, vec4f(count), NONE, k0, to, 3u, is_first, lane);
#else
    fold(vec4f(first0, second0), vec4f(count), NONE, NONE, k0, to, 2u, is_first, lane);
#endif
