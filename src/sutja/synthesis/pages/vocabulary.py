"""Words that are no numbers: names, places, what stands on forms, and prose; none holds a digit."""

from __future__ import annotations

from numpy.random import Generator

# fmt: off
FIRST = """
Anna Ben Clara David Elena Farid Grace Hans Ines Jan Kofi Lena Maria Nils Olga Paul Qing Rosa Samir Tara
Uwe Vera Wei Xenia Yusuf Zoe Srinivas Lakshmi Venkata Priya Rajesh Sunita Mohammed Fatima John Mary
William Elizabeth Thomas James Margaret Robert Sarah George Johann Friedrich Wilhelmine Katharina István
Zsófia Pierre Amélie Giovanni Lucia Miguel Carmen Piotr Agnieszka Ravi Deepak Anjali Kumar
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
LAST = """
Smith Müller Garcia Novak Rossi Kim Silva Patel Nguyen Ivanov Schmidt Johnson Brown Taylor Wilson Reddy
Rao Sharma Gupta Singh Prasad Iyer Khan Ahmad Tanaka Sato Li Wang Zhang Weber Fischer Becker Nagy Kovács
Szabó Dubois Moreau Bianchi Ferrari Lopez Sanchez Kowalski Nowak Jensen Hansen Svensson Virtanen O'Neill
MacDonald Baker Miller Cooper Turner Walker
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
STREETS = """
Main Oak Church High Station Park Mill Elm Bahnhofstraße Hauptstraße Gartenweg Lindenallee Schulstr. Rue
Via Calle Avenida Kossuth Petőfi Gandhi Nehru Temple Market Bridge King Queen Victoria Washington
Lincoln Ring Nagar Colony Layout Sector Cross
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
CITIES = """
London Berlin Paris Budapest Hyderabad Delhi Mumbai Chennai Seoul Tokyo Madrid Lisboa Roma Milano Wien
Zürich Hamburg München Köln Springfield Franklin Clinton Austin Boston Denver Portland Manchester Leeds
Bristol Lyon Marseille Toulouse Porto Warszawa Kraków Praha Brno Oslo Helsinki Kingston Paderborn Lima
Bogotá
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
COUNTRIES = """
Germany France INDIA USA Hungary Japan Brasil Italia España Österreich Schweiz U.K. KOREA Polska
Portugal Sverige CANADA
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
LABELS = """
Name Surname|First name|Address|City|Postcode|ZIP|Date|Date of birth|Telephone|Phone No.|
Account No.|A/c No.|Amount|Total|Signature|Place|Occupation|Age|Height|Weight|Employer|
Reference|Customer No.|Invoice|Quantity|Unit price|Sum|Balance|Net|Gross|Tax|VAT|Remarks|
Number of persons|Income|Hours|Rate|Kto.-Nr.|PLZ|Ort|Datum|Geburtsdatum|Betrag|
Straße, Hausnr.|Prénom|Nom|Code postal|Montant|Fecha|Importe|Número|Születési dátum|
Irányítószám|Összeg|Policy No.|Member ID|Class|Section|Roll No.|Marks|Score|Max.|Grade|
Serial No.|Page|Patient|Dose|Temp.|Pulse|Room|Floor|Km|Litres|Meter reading|Previous|
Current|Consumption
""".strip().replace("\n", "").split("|")
GOODS = """
BIO HONIG|MILCH FRISCH|BROT|BUTTER|KÄSE GOUDA|TOMATEN|BANANEN|ÄPFEL|JOGHURT PUR|KAFFEE|TEE|
WASSER STILL|SEIFE|SHAMPOO|ZAHNPASTA|PAPIER|BREAD WHITE|EGGS FREE RANGE|CHICKEN BREAST|POTATOES|
ORANGE JUICE|RICE|PASTA|OLIVE OIL|SALT|CHOCOLATE|COLA|CRISPS|SOAP|PAIN|FROMAGE|LAIT|
VIN ROUGE|JAMBON|AGUA|PAN|LECHE|KENYÉR|TEJ|SÖR|BATTERY PACK|NOTEBOOK|PENCIL|STAMPS|PARKING|
MENU DEL DIA|ESPRESSO|CAPPUCCINO|PIZZA MARGHERITA|SALAT GEMISCHT|HAMMER|SCREWS|PAINT|LAMP
""".strip().replace("\n", "").split("|")
COLUMNS = """
Item|Qty|Price|Amount|Total|Mean|Max|Min|Sum|Date|No.|Weight|Height|Temp.|Rain|Wind|
Bar.|Hrs|Rate|Debit|Credit|Balance|Births|Deaths|Age|Year|Males|Females|Tons|Cwt.|Value|
Area|Pop.|Jan.|Feb.|Mar.|Apr.|May|June|July|Aug.|Sept.|Oct.|Nov.|Dec.|Ins.|Ft.|Lbs|
Average|Diff.|North|South|East|West|Soll|Haben|Saldo|Menge|Preis|Anzahl
""".strip().replace("\n", "").split("|")
PROSE = """
the of and to in a is that for it was on are as with his they be at one have this from or had by word
but what some we can out other were all there when up use your how said an each she which do their time
if will way about many then them would like so these her long make thing see him two has look more day
could go come did number sound no most people my over know water than call first who may down side been
now find any new work part take get place made live where after back little only round man year came
show every good me give our under name very through just form sentence great think say help low line
differ turn cause much mean before move right boy old too same tell does set three want air well also
play small end put home read hand port large spell add even land here must big high such follow act why
ask men change went light kind off need house picture try us again animal point mother world near build
self earth father head stand own page should country found answer school grow study still learn plant
cover food sun four between state keep eye never last let thought city tree cross farm hard start might
story saw far sea draw left late run while press close night real life few north open seem together next
white children begin got walk example ease paper group always music those both mark often letter until
mile river car feet care second book carry took science eat room friend began idea fish mountain stop
once base hear horse cut sure watch colour face wood main und der die das ist nicht mit sich auf für dem
eine werden auch les des une dans pour par sur avec est que los las una por con para como más pero nagy
volt hogy nem egy
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
NUMERALS = """
one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty
fifty sixty seventy eighty ninety hundred thousand lakh crore million
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
CYRILLIC = """
и в не на что он как по это но из все так его за от быть мы было есть сказал время дом человек город
улица область счёт сумма дата подпись почта
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
# fmt: on


def pick(rng: Generator, words: list[str]) -> str:
    """Any of them."""
    return words[rng.integers(len(words))].strip()


def make_person(rng: Generator) -> str:
    """A name."""
    name = f"{pick(rng, FIRST)} {pick(rng, LAST)}"
    if rng.random() < 0.3:
        name = f"{pick(rng, ['Mr.', 'Mrs.', 'Dr.', 'Herrn', 'Frau', 'Ms', 'M.', 'Sri'])} {name}"
    return name.upper() if rng.random() < 0.2 else name


def make_entry(rng: Generator, kind: str, remarks: list[str]) -> str:
    """An entry in words of a register or a ledger: a "name", a "place" or a "remark"."""
    return {
        "name": f"{pick(rng, FIRST)} {pick(rng, LAST)}",
        "place": pick(rng, CITIES),
        "remark": pick(rng, remarks),
    }[kind]


def make_sentence(rng: Generator, n_words: int) -> str:
    """So many words with a capital, a full stop, now and then a comma or a name."""
    source = CYRILLIC if rng.random() < 0.02 else PROSE
    words = []
    for _ in range(max(1, n_words)):
        word = pick(rng, source) if rng.random() < 0.9 else pick(rng, LAST if rng.random() < 0.5 else CITIES)
        words.append(word + ("," if rng.random() < 0.08 else ""))
    text = " ".join(words).rstrip(",")
    return text[:1].upper() + text[1:] + pick(rng, [".", ".", ".", ".", "?", ":", ";"])


def make_label(rng: Generator) -> str:
    """Label that is printed beside a field of a form."""
    text = pick(rng, LABELS)
    return text.upper() if rng.random() < 0.15 else text


def make_amount_in_words(rng: Generator) -> str:
    """A legal amount: a sum in words, without a digit."""
    words = [pick(rng, NUMERALS) for _ in range(int(rng.integers(2, 7)))]
    text = " ".join(words) + pick(rng, ["", " only", " dollars", " Euro", " rupees only", " and no cents"])
    return pick(rng, [text, text.title(), text.upper(), text.capitalize()])
