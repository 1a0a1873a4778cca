// Folds the sums of a unit of features, from place `to` on; a tile has SUMS vec4f, in this order. Expects count, first{b}, second{b}, `more` (whether
// there is a second tile), k0, is_first, lane.
#if PAIRED
    fold(first0, first1, k0, to, 2u, is_first, lane);
    fold(second0, second1, k0, to + 2u, 2u, is_first, lane);
    fold(vec4f(count), vec4f(0.0), k0, to + 4u, 1u, is_first, lane);
#if TILED
    if (more) {
      fold(first2, first3, k0, to + SUMS, 2u, is_first, lane);
      fold(second2, second3, k0, to + SUMS + 2u, 2u, is_first, lane);
      fold(vec4f(count), vec4f(0.0), k0, to + SUMS + 4u, 1u, is_first, lane);
    }
#endif
#elif WIDE
    fold(first0, second0, k0, to, 2u, is_first, lane);
    fold(vec4f(count), vec4f(0.0), k0, to + 2u, 1u, is_first, lane);
#else
    fold(vec4f(first0, second0), vec4f(count), k0, to, 2u, is_first, lane);
#endif
