"""exp, log, pow and the inverse normal as vector LLVM IR text, one value a lane.

Everything is written with IEEE operations that have one exact answer (add, subtract, multiply, divide,
square root, fused multiply-add, comparison, integer operations) in a fixed order, with no fast-math flag.
So a result depends neither on the number of lanes nor on the processor. Fused multiply-add is always asked
for by name.

Errors, in units in the last place (ulp), found by tests against arbitrary precision: exp 0.9, log 0.9, pow
1.1; the inverse normal is within 1e-15 relative (its approximation is good to about 1e-16).

Methods. exp: k = nearest integer to x / ln 2, a polynomial of degree 11 in x - k ln 2, and scaling by 2^k
in two exact steps, so that subnormal results are right. log: x = 2^k m with m in [sqrt(1/2), sqrt(2)), f =
m - 1, s = f / (2 + f), log m = f - s (f - R(s^2)), the rearrangement used by FreeBSD's msun (e_log.c). pow:
log in two doubles (about 2^-64 relative), product with y in two doubles, and exp. The polynomials are
minimax, made by a Remez exchange in 300-bit arithmetic. Inverse normal: M. J. Wichura, Algorithm AS 241
(PPND16), Applied Statistics 37 (1988) 477-484.
"""

from __future__ import annotations

from panmunjom.engine.vecemit import Emitter

LN2_HIGH = float.fromhex("0x1.62e42fefa3800p-1")  # eleven trailing zeros: a product with |k| <= 1076 is exact
LN2_LOW = float.fromhex("0x1.ef35793c76730p-45")
LOG2_E = float.fromhex("0x1.71547652b82fep+0")
ROUND_MAGIC = 1.5 * 2.0**52  # adding it rounds to an integer, which then stands in the low bits
EXP_LOW, EXP_HIGH = -746.0, 710.0  # below: 0, above: infinity
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
EXPONENT_MAGIC = 0x4330000000000000  # 2^52: a small integer in the low bits becomes a double
INF = float("inf")
NAN = float("nan")


def _hexadecimal(*digits: str) -> list[float]:
    return [float.fromhex(d) for d in digits]


# (exp f - 1 - f) / f^2 on |f| <= ln 2 / 2, relative error of exp 2^-57.9
EXP_POLYNOMIAL = _hexadecimal(
    "0x1.000000000000ap-1", "0x1.55555555554fap-3", "0x1.555555555087dp-5", "0x1.1111111127be7p-7",
    "0x1.6c16c18429f02p-10", "0x1.a01a012a5689dp-13", "0x1.a0199a0cbb62bp-16", "0x1.71df25558243ap-19",
    "0x1.28ad72861acbep-22", "0x1.ad7f6984cea6cp-26",
)  # fmt: skip
# (2 atanh s - 2 s) / s^3 in s^2, relative error of log 2^-59.5
LOG_POLYNOMIAL = _hexadecimal(
    "0x1.5555555555592p-1", "0x1.999999997fd75p-2", "0x1.24924941f503ep-2", "0x1.c71c520609002p-3",
    "0x1.74663fa0db3b9p-3", "0x1.39a1a72bac567p-3", "0x1.2f0631f230da6p-3",
)  # fmt: skip
# (2 atanh s - 2 s - 2/3 s^3) / s^5 in s^2, relative error of log 2^-66.3
POW_POLYNOMIAL = _hexadecimal(
    "0x1.9999999999b30p-2", "0x1.2492492457d1dp-2", "0x1.c71c722d6bd7ep-3", "0x1.745ce9e17372fp-3",
    "0x1.3b1eec65c76a0p-3", "0x1.0f7fe10629623p-3", "0x1.0e42ff2861055p-3",
)  # fmt: skip
TWO_THIRDS_HIGH = float.fromhex("0x1.5555555555555p-1")
TWO_THIRDS_LOW = float.fromhex("0x1.5555555555555p-55")

# AS 241, routine PPND16: numerator and denominator, lowest power first
CENTRE_NUMERATOR = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
    3.3430575583588128105e4, 2.5090809287301226727e3,
)  # fmt: skip
CENTRE_DENOMINATOR = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
    5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
    2.8729085735721942674e4, 5.2264952788528545610e3,
)  # fmt: skip
TAIL_NUMERATOR = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4,
)  # fmt: skip
TAIL_DENOMINATOR = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
    6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
    5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
FAR_NUMERATOR = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
FAR_DENOMINATOR = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
    1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
    1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip
FAR_TAIL = 1.3887943864964021e-11  # exp(-25): beyond it AS 241 takes its third approximation


def _scale(b: Emitter, p: str, rounded: str) -> str:
    """p 2^k, rounded once; ``rounded`` = ROUND_MAGIC + 2046 + k holds k in its low bits, |k| <= 1077."""
    word = b.bits(rounded)
    half = b.lshr(word, 1)
    first = b.as_real(b.shl(half, 52))  # 2^floor(k / 2)
    second = b.as_real(b.shl(b.sub(word, half), 52))  # 2^ceil(k / 2)
    return b.fmul(b.fmul(p, first), second)


def _exp_parts(b: Emitter, x: str) -> tuple[str, str, str]:
    """(x within the range of exp, k + ROUND_MAGIC + 2046, k as a double); NaN stays NaN."""
    below = b.fcmp("olt", x, EXP_LOW)
    x = b.select(below, EXP_LOW, x)
    above = b.fcmp("ogt", x, EXP_HIGH)
    x = b.select(above, EXP_HIGH, x)
    rounded = b.fma(x, LOG2_E, ROUND_MAGIC + 2046)
    return x, rounded, b.fsub(rounded, ROUND_MAGIC + 2046)


def _exp(width: int) -> str:
    b = Emitter(width)
    x, rounded, k = _exp_parts(b, "%x")
    f = b.fma(k, -LN2_HIGH, x)
    f = b.fma(k, -LN2_LOW, f)
    p = b.pairwise(f, EXP_POLYNOMIAL)
    p = b.fma(f, p, 1.0)
    p = b.fma(f, p, 1.0)
    return b.function("exp", [f"{b.real} %x"], _scale(b, p, rounded))


def _split(b: Emitter, x: str, subnormals: bool) -> tuple[str, str]:
    """(m, k) with x = 2^k m and m in [sqrt(1/2), sqrt(2)), for finite x > 0."""
    bias: str | float = 2.0**52 + 1023
    if subnormals:
        tiny = b.fcmp("olt", x, 2.0**-1022)
        x = b.select(tiny, b.fmul(x, 2.0**54), x)
        bias = b.select(tiny, 2.0**52 + 1023 + 54, 2.0**52 + 1023)
    shifted = b.add(b.bits(x), 0x3FF0000000000000 - SQRT_HALF_BITS)
    k = b.fsub(b.as_real(b.or_(b.lshr(shifted, 52), EXPONENT_MAGIC)), bias)
    m = b.as_real(b.add(b.and_(shifted, 0x000FFFFFFFFFFFFF), SQRT_HALF_BITS))
    return m, k


def _log_core(b: Emitter, x: str, subnormals: bool) -> str:
    m, k = _split(b, x, subnormals)
    f = b.fsub(m, 1.0)
    s = b.fdiv(f, b.fadd(m, 1.0))
    z = b.fmul(s, s)
    rest = b.fma(b.fneg(z), b.pairwise(z, LOG_POLYNOMIAL), f)  # f - R
    low = b.fma(b.fneg(s), rest, b.fmul(k, LN2_LOW))
    return b.fma(k, LN2_HIGH, b.fadd(f, low))


def _log(width: int) -> str:
    b = Emitter(width)
    value = _log_core(b, "%x", subnormals=True)
    value = b.select(b.fcmp("olt", "%x", INF), value, "%x")  # infinity and NaN
    edge = b.select(b.fcmp("oeq", "%x", 0.0), -INF, NAN)
    value = b.select(b.fcmp("ule", "%x", 0.0), edge, value)
    return b.function("log", [f"{b.real} %x"], value)


def _log_normal(width: int) -> str:
    """log for positive normal numbers alone: the same bits as log, fewer instructions."""
    b = Emitter(width)
    return b.function("log_normal", [f"{b.real} %x"], _log_core(b, "%x", subnormals=False))


def _log_two(b: Emitter, x: str) -> tuple[str, str]:
    """log of finite x > 0 as the sum of two doubles, relative error about 2^-64."""
    m, k = _split(b, x, subnormals=True)
    f = b.fsub(m, 1.0)
    d = b.fadd(m, 1.0)
    d_low = b.fadd(b.fsub(1.0, d), m)
    inverse = b.fdiv(1.0, d)
    s = b.fmul(f, inverse)  # s + s_low = f / (m + 1)
    rest = b.fma(b.fneg(s), d, f)
    rest = b.fma(b.fneg(s), d_low, rest)
    s_low = b.fmul(rest, inverse)
    z = b.fmul(s, s)  # z + z_low = s^2
    z_low = b.fma(s, s, b.fneg(z))
    z_low = b.fma(b.fadd(s, s), s_low, z_low)
    t = b.fmul(z, b.pairwise(z, POW_POLYNOMIAL))
    p = b.fadd(t, TWO_THIRDS_HIGH)  # p + p_low = 2/3 + t
    p_low = b.fadd(b.fadd(b.fsub(TWO_THIRDS_HIGH, p), t), TWO_THIRDS_LOW)
    u = b.fmul(z, p)  # u + u_low = z p
    u_low = b.fma(z, p, b.fneg(u))
    u_low = b.fma(z, p_low, u_low)
    u_low = b.fma(z_low, p, u_low)
    w = b.fadd(u, 2.0)
    w_low = b.fadd(b.fadd(b.fsub(2.0, w), u), u_low)
    log_m = b.fmul(s, w)
    low = b.fma(s, w, b.fneg(log_m))
    low = b.fma(s, w_low, low)
    low = b.fma(s_low, w, low)
    exact = b.fmul(k, LN2_HIGH)
    high = b.fadd(exact, log_m)
    error = b.fadd(b.fsub(exact, high), log_m)
    return high, b.fadd(error, b.fma(k, LN2_LOW, low))


def _pow(width: int) -> str:
    b = Emitter(width)
    a = b.unary("fabs", "%x")
    # Exponents beyond 2^80 give 0, 1 or infinity for every x; NaN in x or y stays NaN.
    y = b.select(b.fcmp("olt", "%y", -(2.0**80)), -(2.0**80), "%y")
    y = b.select(b.fcmp("ogt", y, 2.0**80), 2.0**80, y)
    y = b.select(b.fcmp("uno", "%x", "%x"), NAN, y)
    high, low = _log_two(b, a)
    product = b.fmul(y, high)
    product_low = b.fma(y, high, b.fneg(product))
    product_low = b.fma(y, low, product_low)
    x, rounded, k = _exp_parts(b, product)
    product_low = b.select(b.fcmp("oeq", x, product), product_low, 0.0)
    f_high = b.fma(k, -LN2_HIGH, x)
    f_low = b.fma(k, -LN2_LOW, product_low)
    f = b.fadd(f_high, f_low)
    square = b.fmul(f, f)
    p = b.fma(square, b.pairwise(f, EXP_POLYNOMIAL), f_low)
    whole = b.fadd(f_high, 1.0)  # the last sum keeps its rounding error: exact powers come out exact
    p = b.fadd(whole, b.fadd(b.fadd(b.fsub(1.0, whole), f_high), p))
    value = _scale(b, p, rounded)
    # Negative x: the sign of an odd power, and NaN unless y is an integer. (Infinite y counts as even.)
    whole = b.fcmp("oeq", b.unary("rint", "%y"), "%y")
    half = b.fmul("%y", 0.5)
    odd = b.logic("and", whole, b.fcmp("une", b.unary("rint", half), half))
    broken = b.logic("and", b.fcmp("olt", "%x", 0.0), b.no(whole))
    value = b.select(broken, NAN, value)
    zero = b.fcmp("oeq", a, 0.0)
    edge = b.logic("or", zero, b.fcmp("oeq", a, INF))
    edge_value = b.select(b.fcmp("olt", "%y", 0.0), b.select(zero, INF, 0.0), a)
    edge_value = b.select(b.fcmp("uno", "%y", "%y"), NAN, edge_value)
    value = b.select(edge, edge_value, value)
    sign = b.and_(b.bits("%x"), -(2**63))
    flipped = b.as_real(b.xor(b.bits(value), sign))
    value = b.select(odd, flipped, value)
    one = b.logic("or", b.fcmp("oeq", "%y", 0.0), b.fcmp("oeq", "%x", 1.0))
    return b.function("pow", [f"{b.real} %x", f"{b.real} %y"], b.select(one, 1.0, value))


def _norm_inv(width: int) -> str:
    b = Emitter(width)
    q = b.fsub("%u", 0.5)
    lower = b.fcmp("olt", q, 0.0)
    tail = b.select(lower, "%u", b.fsub(1.0, "%u"))
    central = b.fcmp("ole", b.unary("fabs", q), 0.425)
    r = b.fma(b.fneg(q), q, 0.180625)
    centre_top = b.fmul(q, b.polynomial(r, CENTRE_NUMERATOR))
    centre_bottom = b.polynomial(r, CENTRE_DENOMINATOR)
    root = b.unary("sqrt", b.fneg(b.call("log_normal", tail)))
    t = b.fsub(root, 1.6)
    top = b.polynomial(t, TAIL_NUMERATOR)
    bottom = b.polynomial(t, TAIL_DENOMINATOR)
    top = b.select(lower, b.fneg(top), top)
    near = b.fdiv(b.select(central, centre_top, top), b.select(central, centre_bottom, bottom))
    # The far tail (beyond 6.7 standard deviations), u of 0 or 1, numbers outside and NaN are rare: a branch.
    far = b.fcmp("ult", tail, FAR_TAIL)
    any_far = b.emit(f"call i1 @llvm.vector.reduce.or.v{width}i1({b.flag} {far})")
    b.lines += [f"  br i1 {any_far}, label %rare, label %done", "rare:"]
    root = b.unary("sqrt", b.fneg(b.call("log", tail)))
    t = b.fsub(root, 5.0)
    value = b.fdiv(b.polynomial(t, FAR_NUMERATOR), b.polynomial(t, FAR_DENOMINATOR))
    value = b.select(b.fcmp("oeq", root, INF), INF, value)
    value = b.select(lower, b.fneg(value), value)
    rare = b.select(far, value, near)
    b.lines += ["  br label %done", "done:"]
    value = b.emit(f"phi {b.real} [ {near}, %entry ], [ {rare}, %rare ]")
    return b.function("norm_inv", [f"{b.real} %u"], value)


def declarations(width: int) -> dict[str, str]:
    """The LLVM intrinsics that ``definitions(width)`` declares: name to declaration."""
    real = f"<{width} x double>"
    found = {f"llvm.fma.v{width}f64": f"declare {real} @llvm.fma.v{width}f64({real}, {real}, {real})"}
    for name in ("rint", "sqrt", "fabs"):
        found[f"llvm.{name}.v{width}f64"] = f"declare {real} @llvm.{name}.v{width}f64({real})"
    reduce = f"llvm.vector.reduce.or.v{width}i1"
    found[reduce] = f"declare i1 @{reduce}(<{width} x i1>)"
    return found


def definitions(width: int) -> str:
    """IR text that defines all routines for vectors of ``width`` doubles.

    Defined, for W = width, all ``internal`` and ``alwaysinline``, from ``<W x double>`` to ``<W x double>``:
    ``@pj.exp.vW(x)``, ``@pj.log.vW(x)``, ``@pj.log_normal.vW(x)`` (positive normal x only),
    ``@pj.pow.vW(x, y)`` and ``@pj.norm_inv.vW(u)`` (u in (0, 1); 0 and 1 give infinities, outside gives NaN).

    Declared once: ``@llvm.fma.vWf64``, ``@llvm.rint.vWf64``, ``@llvm.sqrt.vWf64``, ``@llvm.fabs.vWf64`` and
    ``@llvm.vector.reduce.or.vWi1``; ``declarations(width)`` lists them.

    Raises:
        ValueError: if ``width`` is not a power of two above 1.
    """
    if width < 2 or width & (width - 1):
        raise ValueError(f"the number of lanes must be a power of two above 1, not {width}")
    routines = [_exp, _log, _log_normal, _pow, _norm_inv]
    return "\n".join([*declarations(width).values(), "", *(make(width) for make in routines)])
