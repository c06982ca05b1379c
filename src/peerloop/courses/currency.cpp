#include "peerloop/courses/currency.h"

#include "base/strings.h"

namespace isthmus::peerloop {

namespace {

/// Stripe's presentment currencies (docs.stripe.com/currencies) without those of no or three decimals (jpy, krw, kwd,
/// …) and without those that Stripe rounds in a way of its own (huf, isk, twd, ugx).
constexpr std::string_view hundredths =
    " aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc "
    "cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg idr ils inr jmd kes kgs khr kyd kzt "
    "lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr "
    "pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd tzs uah usd uyu uzs wst xcd "
    "yer zar zmw ";

}  // namespace

void Currency::check(std::string& value, Problems& problems) const {
  value = to_lower_ascii(value);
  const bool known = value.size() == 3 && !value.contains(' ') && hundredths.contains(' ' + value + ' ');
  if (!known) problems.add("must be a currency with cents, such as usd");
}

}  // namespace isthmus::peerloop
