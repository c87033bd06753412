"""Words that label numbers, in English, German, French, Spanish and Korean, and how clearly each says a name.

Labels are in lower case and without accents; the first pattern of a name that a label fits counts.
"""

from __future__ import annotations

import re

from sutja.reading.page.text.groups import TELEPHONE

_LABELS: dict[str, tuple[tuple[str, float], ...]] = {
    "total": (
        (
            r"(tot|ttl)\w*\W*(qty|quantity|ite[mn]|disc|saving|point|gst|tax|vat|mwst|tva|iva|round|change)",
            0.0,
        ),
        (r"included (gst|tax|vat)|\bqty\b|discount|\brabatt|\bremise|\bdescuento|할인|수량", 0.0),
        (r"sub.?tot|zwischensumme|sous.?total|소계|subtotaal|공급가|과세", 0.6),
        (
            (
                r"tot\w*\W*\d+ ?%|suppl(y|ies)|\bexcl|before (gst|tax)|without (gst|tax)|\bnetto|\btaxable|"
                r"\bht\b|hors taxes?|base imponible|\bohne (mwst|ust)|상품\s*합계"
            ),
            0.5,
        ),
        (
            r"round\w*\W*tot|tot\w*\W*(after )?round|(grand|nett?|final)\W*tot|(tot\w*|amount|balance)\W*due",
            3.0,
        ),
        (
            (
                r"(tot|ttl)\w*\W*(amt|amount)?\W*payable|tot\w*.*incl|incl.*tot|zu zahlen|gesamtbetrag|"
                r"endbetrag|rechnungs(betrag|summe)|endsumme|zahlbetrag|bruttobetrag"
            ),
            3.0,
        ),
        (
            (
                r"net a payer|montant (total|a payer|du)\b|tot\w* ttc|tot\w* (a pagar|factura|general)|"
                r"importe (total|a pagar)"
            ),
            3.0,
        ),
        (r"총\s*(액|금액|합계|계)|(결제|받을|합계|청구|지불|납부|최종)\s*하?실?\s*(금액|액)", 3.0),
        (r"\btot(al)?\b|\bt[ao]ta[l1i]|\bttl\b|summe\b|\bgesamt|합계|총계", 2.0),
        (r"\b(amount|amt)\b.*(payable|incl)|\bto pay\b|a payer|a pagar|\bdue\b", 1.5),
        (r"\b(net|amt|amount)\b", 0.7),
    ),
    "tax": (
        (r"ohne (mwst|ust)|excl|before (gst|tax|vat)|tax (id|no)|steuer-?(nr|nummer)|(vat|tva|ust).?id", 0.0),
        (
            (
                r"\b([cis]?gst|hst|vat|mwst|ust|tva|iva|igv|sst)\b|\btax(es)?\b|steuer\b|impuesto|부가\s*(가치)?\s*세|"
                r"세액"
            ),
            1.0,
        ),
    ),
    "date": (
        (r"\bdue\b|expir|valid|deliver|birth|fallig|zahlbar|liefer|geburt|echeance|livraison|naissance", 0.3),
        (r"vencimiento|entrega|nacimiento|납기|만기|생년|배송", 0.3),
        (
            (
                r"\bdate|datum\b|\bfecha\b|\bdated\b|날짜|일자|일시|(작성|발행|거래|청구|발급|주문)\s*일|\ble\b|"
                r"\bissued\b|\bausgestellt\b|\bemis\b"
            ),
            1.0,
        ),
    ),
    "amount": (
        (
            r"\bamount\b|\bbetrag\b|\bmontant\b|\bimporte\b|금액|\brs\b|\brupees\b|₹|\beur\b|\bde dollars\b",
            1.0,
        ),
    ),
    "telephone": ((r"\bfax|팩스|telefax", 0.0), (TELEPHONE, 1.0)),
    "postcode": ((r"\bzip\b|post ?code|postal|\bplz\b|postleitzahl|\bc\.? ?p\b|우편", 1.0),),
    "iban": ((r"\biban\b", 1.0),),
    "reading": (
        (r"previous|\blast\b|\bprior|\balte|vorherig|ancien|precedent|anterior|전월|지난|전회", 0.3),
        (
            (
                r"(present|current|new|neu\w*|aktuell\w*|nouv\w*|actuel\w*) ?(meter )?"
                r"(reading|zahlerstand|index|releve)|"
                r"lectura actual|(당월|금월|현재|금회)\s*(지침|검침)?"
            ),
            2.0,
        ),
        (r"\breading\b|zahlerstand|\breleve\b|\blectura\b|검침|지침|\bindex\b", 1.0),
    ),
    "number": (
        (
            r"\b(gst|tax|vat|reg|co|roc|tel|fax|phone|mobile|account|a/c|acc|iban|bic|konto)\b|telefon|steuer",
            0.0,
        ),
        (r"\b(compte|cuenta|siret|siren|nif|cif|tva)\b|우편|전화|휴대폰|팩스|계좌|사업자|등록|카드", 0.0),
        (r"\b(customer|client|po|kunden|cliente?|page|seite|고객)\W*(no|num|nr|n°|#|id|\d*번호)?", 0.4),
        (r"(invoice|inv|receipt|rcpt|bill|cheque|check|doc\w*|order|ticket|slip)\W*(no|num|nr|#|№|id)", 2.0),
        (
            r"(rechnung|beleg|scheck|bon)s?\W*(nr|nummer)|(facture|cheque|recu)\W*(n|no)\b|(factura|recibo)",
            2.0,
        ),
        (r"n\w* de (la )?(facture|cheque|recu|factura|recibo)", 2.0),
        (r"(영수증|청구서|송장|전표|수표|계산서)\s*번호", 2.0),
        (r"(주문|거래|문서|승인|접수)\s*번호", 1.5),
        (
            r"번호|\bno[.:]|\bnr[.:]|\bn°|#|№|\b(no|nr|num|number|nummer|numero)\W*$|invoice|rechnung|facture",
            1.0,
        ),
    ),
}
_COMPILED = {
    name: tuple((re.compile(pattern), weight) for pattern, weight in patterns)
    for name, patterns in _LABELS.items()
}
PAID = re.compile(
    r"\bcash|\bvisa|\bmaster|\bdebit|\bcard\b|\bpaid\b|payment|\btender|\bpay\b|\bbar\b|especes|\bcarte\b|efectivo|"
    r"tarjeta|현금|카드"
)
CHANGE = re.compile(r"\bchange|ruckgeld|zuruck|\brendu|\bcambio|\bvuelto|거스름")


def weigh_label(name: str, label: str) -> float:
    """Weigh how clearly a label says a name; 0 for not at all.

    Parameters
    ----------
    name : str
        One of `sutja.types.NUMBER_NAMES`.
    label : str
        Label in lower case, without accents.

    >>> weigh_label("total", "balance due"), weigh_label("total", "sub total"), weigh_label("total", "tea")
    (3.0, 0.6, 0.0)
    """
    return next((weight for pattern, weight in _COMPILED[name] if pattern.search(label)), 0.0)
