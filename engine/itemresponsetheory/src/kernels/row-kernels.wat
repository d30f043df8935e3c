;; Four loops over rows of numbers, two numbers at a time. The same operations in the same order as row-kernels-plain.ts, so the same bits.
;; Addresses and lengths are in bytes; a row begins at a multiple of 16 and is a multiple of 16 long.
(module
  (import "host" "memory" (memory 1))

  ;; out += the rows whose addresses stand at list, four at a time: out + ((a + b) + (c + d)).
  (func (export "addRows") (param $list i32) (param $count i32) (param $out i32) (param $length i32)
    (local $end i32) (local $q i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local.set $end (i32.add (local.get $list) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $fours
      (loop $four
        (br_if $fours (i32.ge_u (local.get $list) (local.get $end)))
        (local.set $a (i32.load (local.get $list)))
        (local.set $b (i32.load offset=4 (local.get $list)))
        (local.set $c (i32.load offset=8 (local.get $list)))
        (local.set $d (i32.load offset=12 (local.get $list)))
        (local.set $q (i32.const 0))
        (loop $nodes
          (v128.store (i32.add (local.get $out) (local.get $q))
            (f64x2.add (v128.load (i32.add (local.get $out) (local.get $q)))
              (f64x2.add
                (f64x2.add (v128.load (i32.add (local.get $a) (local.get $q))) (v128.load (i32.add (local.get $b) (local.get $q))))
                (f64x2.add (v128.load (i32.add (local.get $c) (local.get $q))) (v128.load (i32.add (local.get $d) (local.get $q)))))))
          (br_if $nodes (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $length))))
        (local.set $list (i32.add (local.get $list) (i32.const 16)))
        (br $four)))
    (local.set $end (i32.add (local.get $list) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $ones
      (loop $one
        (br_if $ones (i32.ge_u (local.get $list) (local.get $end)))
        (local.set $a (i32.load (local.get $list)))
        (local.set $q (i32.const 0))
        (loop $nodes
          (v128.store (i32.add (local.get $out) (local.get $q))
            (f64x2.add (v128.load (i32.add (local.get $out) (local.get $q))) (v128.load (i32.add (local.get $a) (local.get $q)))))
          (br_if $nodes (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $length))))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (br $one))))

  ;; row = e^(row − its largest), 0 where that is below e^−43; the largest is put behind the row; gives the sum.
  (func (export "softmax") (param $row i32) (param $length i32) (result f64)
    (local $q i32) (local $most v128) (local $x v128) (local $above v128) (local $k v128) (local $high v128) (local $low v128) (local $r v128) (local $square v128) (local $odd v128) (local $sum v128) (local $total v128)
    (local.set $most (v128.load (local.get $row)))
    (loop $largest
      (local.set $most (f64x2.pmax (local.get $most) (v128.load (i32.add (local.get $row) (local.get $q)))))
      (br_if $largest (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $length))))
    (local.set $most (f64x2.splat (f64.max (f64x2.extract_lane 0 (local.get $most)) (f64x2.extract_lane 1 (local.get $most)))))
    (f64.store (i32.add (local.get $row) (local.get $length)) (f64x2.extract_lane 0 (local.get $most)))
    (local.set $q (i32.const 0))
    (loop $nodes
      (local.set $x (f64x2.sub (v128.load (i32.add (local.get $row) (local.get $q))) (local.get $most)))
      (local.set $above (f64x2.ge (local.get $x) (v128.const f64x2 -43 -43)))
      (local.set $sum (v128.const f64x2 0 0))
      ;; Far from the mode nothing is left of either.
      (if (v128.any_true (local.get $above)) (then
        (local.set $k (f64x2.floor (f64x2.add (f64x2.mul (local.get $x) (v128.const f64x2 1.4426950408889634 1.4426950408889634)) (v128.const f64x2 0.5 0.5))))
        (local.set $high (f64x2.sub (local.get $x) (f64x2.mul (local.get $k) (v128.const f64x2 0.6931471803691238 0.6931471803691238))))
        (local.set $low (f64x2.mul (local.get $k) (v128.const f64x2 1.9082149292705877e-10 1.9082149292705877e-10)))
        (local.set $r (f64x2.sub (local.get $high) (local.get $low)))
        ;; Even and odd powers apart, so that neither waits for the other.
        (local.set $square (f64x2.mul (local.get $r) (local.get $r)))
        (local.set $odd (v128.const f64x2 7.647163731819816e-13 7.647163731819816e-13))
        (local.set $sum (v128.const f64x2 1.1470745597729725e-11 1.1470745597729725e-11))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 1.6059043836821613e-10 1.6059043836821613e-10)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 2.08767569878681e-9 2.08767569878681e-9)))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 2.505210838544172e-8 2.505210838544172e-8)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 2.755731922398589e-7 2.755731922398589e-7)))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 0.0000027557319223985893 0.0000027557319223985893)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 0.0000248015873015873 0.0000248015873015873)))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 0.0001984126984126984 0.0001984126984126984)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 0.001388888888888889 0.001388888888888889)))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 0.008333333333333333 0.008333333333333333)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 0.041666666666666664 0.041666666666666664)))
        (local.set $odd (f64x2.add (f64x2.mul (local.get $odd) (local.get $square)) (v128.const f64x2 0.16666666666666666 0.16666666666666666)))
        (local.set $sum (f64x2.add (f64x2.mul (local.get $sum) (local.get $square)) (v128.const f64x2 0.5 0.5)))
        (local.set $sum (f64x2.add (local.get $sum) (f64x2.mul (local.get $odd) (local.get $r))))
        (local.set $sum (f64x2.add (f64x2.sub (f64x2.sub (local.get $high) (local.get $r)) (local.get $low)) (f64x2.mul (local.get $square) (local.get $sum))))
        (local.set $sum (f64x2.add (v128.const f64x2 1 1) (f64x2.add (local.get $r) (local.get $sum))))
        ;; · 2^k: k + 1023 into the exponent bits.
        (local.set $sum (f64x2.mul (local.get $sum)
          (i64x2.shl (i64x2.add (i64x2.extend_low_i32x4_s (i32x4.trunc_sat_f64x2_s_zero (local.get $k))) (v128.const i64x2 1023 1023)) (i32.const 52))))
        (local.set $sum (v128.and (local.get $sum) (local.get $above)))))
      (v128.store (i32.add (local.get $row) (local.get $q)) (local.get $sum))
      (local.set $total (f64x2.add (local.get $total) (local.get $sum)))
      (br_if $nodes (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $length))))
    (f64.add (f64x2.extract_lane 0 (local.get $total)) (f64x2.extract_lane 1 (local.get $total))))

  ;; row·= factor and here += row from byte `from` up to `to`; gives Σ row·node.
  (func (export "addExpectedCounts") (param $row i32) (param $from i32) (param $to i32) (param $factor f64) (param $here i32) (param $node i32) (result f64)
    (local $w v128) (local $total v128)
    (loop $nodes
      (local.set $w (f64x2.mul (v128.load (i32.add (local.get $row) (local.get $from))) (f64x2.splat (local.get $factor))))
      (v128.store (i32.add (local.get $row) (local.get $from)) (local.get $w))
      (v128.store (i32.add (local.get $here) (local.get $from)) (f64x2.add (v128.load (i32.add (local.get $here) (local.get $from))) (local.get $w)))
      (local.set $total (f64x2.add (local.get $total) (f64x2.mul (local.get $w) (v128.load (i32.add (local.get $node) (local.get $from))))))
      (br_if $nodes (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $to))))
    (f64.add (f64x2.extract_lane 0 (local.get $total)) (f64x2.extract_lane 1 (local.get $total))))

  ;; To every row that stands at list, moved on by `shift` bytes, adds `row` from byte `from` up to `to`.
  (func (export "addToRows") (param $list i32) (param $count i32) (param $shift i32) (param $row i32) (param $from i32) (param $to i32)
    (local $end i32) (local $target i32) (local $q i32)
    (local.set $end (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $each
        (br_if $done (i32.ge_u (local.get $list) (local.get $end)))
        (local.set $target (i32.add (i32.load (local.get $list)) (local.get $shift)))
        (local.set $q (local.get $from))
        (loop $nodes
          (v128.store (i32.add (local.get $target) (local.get $q))
            (f64x2.add (v128.load (i32.add (local.get $target) (local.get $q))) (v128.load (i32.add (local.get $row) (local.get $q)))))
          (br_if $nodes (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $to))))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (br $each)))))
