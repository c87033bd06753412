r"""The exact way to train the bundled listener again: number words out of recordings.

    recipes/voices.sh runs/voices; export SUTJA_VOICES=runs/voices
    python recipes/listener.py real --out runs/listen
    for engine in "espeak-ng --count 6500" "flite --count 900" "festival --count 900" "kokoro --count 800"; do
        python recipes/listener.py speak --out runs/listen --engine $engine; done
    for engine in espeak-ng flite festival; do     # held out, for validation
        python recipes/listener.py speak --out runs/listen --engine $engine --count 100 --seed 9001; done
    python recipes/listener.py train --out runs/listen --run draft --steps 900
    python recipes/listener.py cut --out runs/listen --weights runs/listen/draft
    python recipes/listener.py train --out runs/listen --run base --steps 2600 --without fsdd
    python recipes/listener.py cut --out runs/listen --weights runs/listen/base
    python recipes/listener.py train --out runs/listen --run full --weights runs/listen/base --steps 3000 \
        --frames 6000 --lr 2e-3 --strength 0.7
    python recipes/listener.py train --out runs/listen --run full2 --weights runs/listen/full --steps 2800 \
        --frames 6000 --lr 2e-3 --strength 0.7 --seed 1
    python recipes/listener.py train --out runs/listen --run full3 --weights runs/listen/full2 --steps 2300 \
        --frames 6000 --lr 2e-3 --strength 0.7 --seed 2
    python recipes/listener_finish.py soup --out runs/listen --runs full full2 full3 --run soup
    python recipes/listener.py train --out runs/listen --run full4 --weights runs/listen/soup --steps 1400 \
        --frames 6000 --lr 1.2e-3 --strength 0.5 --seed 3
    python recipes/listener.py train --out runs/listen --run full5 --weights runs/listen/full4 --steps 2400 \
        --frames 6000 --lr 1.2e-3 --strength 0.5 --seed 4

and then the rest of `recipes/listener_finish.py`. The bundled listener went on from there, with music and
letters beside numbers among what it hears (`begin` takes it out of its file):

    python recipes/listener.py begin --out runs/listen --run bundled
    python recipes/listener.py cut --out runs/listen --weights runs/listen/bundled
    python recipes/listener.py train --out runs/listen --run full6 --weights runs/listen/bundled \
        --steps 6000 --frames 6000 --lr 2e-3 --strength 0.7 --seed 5
    python recipes/listener.py train --out runs/listen --run full7 --weights runs/listen/full6 --steps 1800 \
        --frames 6000 --lr 1.2e-3 --strength 0.5 --seed 6
    python recipes/listener_finish.py soup --out runs/listen --runs bundled full6 full7 --run soup67
    python recipes/listener.py train --out runs/listen --run full8 --weights runs/listen/soup67 --steps 1600 \
        --frames 6000 --lr 1.2e-3 --strength 0.5 --seed 7
    python recipes/listener_finish.py soup --out runs/listen --runs soup67 full8 --run soup678
    python recipes/listener_finish.py bundle --out runs/listen --run soup678 --seed 7

Then it was taught sounds beside words, and voices were changed more; `real` tells the sounds, the second of
these runs had words that were cut anew, those left out that are heard otherwise by themselves, and the last
had words of a dictionary. (The cuts before were made without that check, and Kokoro had said 250 phrases by
then.)

    python recipes/listener.py real --out runs/listen
    python recipes/listener.py train --out runs/listen --run sounds1 --weights runs/listen/soup678 \
        --steps 4000 --frames 6000 --lr 2e-3 --strength 0.5 --voice 0.8 --vary 1.0 --sounds 0.3 --seed 8
    python recipes/listener.py cut --out runs/listen --weights runs/listen/soup678
    python recipes/listener.py train --out runs/listen --run sounds2 --weights runs/listen/sounds1 \
        --steps 5000 --frames 6000 --lr 2e-3 --strength 0.7 --voice 0.9 --vary 1.0 --sounds 0.2 --seed 9
    python recipes/listener_finish.py soup --out runs/listen --runs sounds1 sounds2 --run soup12
    python recipes/listener.py train --out runs/listen --run sounds3 --weights runs/listen/soup12 \
        --steps 1800 --frames 6000 --lr 1.2e-3 --strength 0.5 --voice 0.8 --vary 1.0 --sounds 0.1 --seed 10
    python recipes/listener_finish.py soup --out runs/listen --runs soup12 sounds3 --run soup123
    for engine in "espeak-ng --count 2000" "flite --count 500"; do
        python recipes/listener.py speak --out runs/listen --engine $engine --seed 3 \
            --words /usr/share/dict/american-english; done
    python recipes/listener.py train --out runs/listen --run words --weights runs/listen/soup123 \
        --steps 800 --frames 6000 --lr 1e-3 --strength 0.5 --voice 0.8 --vary 0.8 --seed 11
    python recipes/listener_finish.py soup --out runs/listen --runs sounds1 sounds2 sounds3 words --run four
    python recipes/listener_finish.py bundle --out runs/listen --run four --seed 11

Last, with what was tried on a network that has heard nothing of `an4` and `fsdd` (docs/log.md): silence
around what is heard, numbers that are read out, a voice that is a new speaker every five phrases, sounds that
weigh more, and the mean of short runs from one start:

    python recipes/listener.py speak --out runs/listen --engine hibari --count 4000 --seed 1
    python recipes/listener.py speak --out runs/listen --engine hibari --count 100 --seed 9001
    python recipes/listener.py cut --out runs/listen --weights runs/listen/four --sources hibari
    for engine in "espeak-ng --count 2000" "flite --count 500" "hibari --count 2500" "kokoro --count 550"; do
        python recipes/listener.py speak --out runs/listen --engine $engine --seed 21 --read-out; done
    for engine in espeak-ng flite hibari kokoro; do
        python recipes/listener.py speak --out runs/listen --engine $engine --count 100 --seed 9021 --read-out
    done
    python recipes/listener.py train --out runs/listen --run blind --without fsdd an4 "an4 words" \
        --steps 2400 --frames 6000 --lr 3e-3 --strength 0.7 --voice 0.9 --vary 0.7 --sounds 0.2 --seed 31
    python recipes/listener.py train --out runs/listen --run read --weights runs/listen/four --steps 3500 \
        --frames 6000 --lr 2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --lines 1 --sounds 1 --seed 14
    python recipes/listener_finish.py soup --out runs/listen --runs four read --run start
    python recipes/listener.py train --out runs/listen --run short1 --weights runs/listen/start --steps 550 \
        --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --sounds 1 --seed 61
    python recipes/listener.py train --out runs/listen --run short2 --weights runs/listen/start --steps 550 \
        --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --lines 1 --sounds 0.2 --seed 62

In the run `read` alone the prompts had a share of 2.0 in `sutja.synthesis.speech.composer.SHARES`, where
they have 1.3. The bundled network is the mean of five such networks and of four that began with haste, which
by validation is better than either; haste by itself heard more of hastened recordings and less of strings
as people say them (docs/log.md):

    python recipes/listener.py train --out runs/listen --run haste1 --weights runs/listen/four \
        --steps 7000 --frames 6000 --lr 2e-3 --strength 0.7 --voice 0.9 --haste 0.72 --vary 0.7 \
        --sounds 0.15 --seed 12
    python recipes/listener.py train --out runs/listen --run haste2 --weights runs/listen/haste1 \
        --steps 2200 --frames 6000 --lr 1.2e-3 --strength 0.5 --voice 0.9 --haste 0.72 --vary 0.6 \
        --sounds 0.1 --seed 13
    python recipes/listener_finish.py soup --out runs/listen --runs four haste1 haste2 read --run start2
    for seed in 51 54; do
        python recipes/listener.py train --out runs/listen --run hasty$seed --weights runs/listen/start2 \
            --steps 600 --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --sounds 1 \
            --seed $seed
    done
    python recipes/listener.py train --out runs/listen --run hasty52 --weights runs/listen/start2 \
        --steps 600 --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --lines 1 --sounds 0.2 \
        --seed 52
    python recipes/listener_finish.py soup --out runs/listen --runs start2 hasty51 hasty52 hasty54 --run some
    for seed in 63 64; do
        python recipes/listener.py train --out runs/listen --run short$seed --weights runs/listen/start \
            --steps 550 --frames 6000 --lr 1.2e-3 --strength 0.7 --voice 0.9 --vary 0.7 --sounds 1 \
            --seed $seed
    done
    python recipes/listener_finish.py soup --out runs/listen --runs start short1 short2 short63 short64 \
        --run others
    python recipes/listener_finish.py soup --out runs/listen --runs some others --run last
    python recipes/listener_finish.py bundle --out runs/listen --run last --seed 62

That one is bundled as `spoken-open`. `spoken` went on from it with six more sets and words of quantities:

    python recipes/listener.py real --out runs/listen
    python recipes/listener.py begin --out runs/listen --run bundled --model spoken-open
    python recipes/listener.py cut --out runs/listen --weights runs/listen/bundled --sources an4 hyke
    for engine in "espeak-ng --count 5000 --seed 101" "flite --count 800 --seed 102" \
            "hibari --count 3000 --seed 103" "hibari --count 400 --seed 123 --read-out"; do
        python recipes/listener.py speak --out runs/listen --engine $engine; done
    more="--out runs/listen --frames 6000 --voice 0.9 --vary 0.7 --sounds 0.3"
    python recipes/listener.py train $more --run wide1 --weights runs/listen/bundled --without iitg \
        --steps 1000 --lr 2e-3 --strength 0.7 --seed 81
    python recipes/listener.py cut --out runs/listen --weights runs/listen/wide1 --sources an4 hyke
    python recipes/listener.py train $more --run wide2 --weights runs/listen/wide1 --steps 980 --lr 1.5e-3 \
        --strength 0.7 --seed 82
    python recipes/listener_finish.py soup --out runs/listen --runs wide1 wide2 --run wide
    python recipes/listener.py train $more --run wide3 --weights runs/listen/wide --steps 430 --lr 2e-3 \
        --strength 0.6 --seed 83
    python recipes/listener_finish.py soup --out runs/listen --runs wide2 wide3 --run wide23
    python recipes/listener.py train $more --run wide4 --weights runs/listen/wide23 --steps 3000 --lr 2e-3 \
        --strength 0.65 --seed 84

and on, with more quantities among what programs say:

    for engine in "flite --count 900 --seed 132" "espeak-ng --count 2500 --seed 131" \
            "hibari --count 2500 --seed 133"; do
        python recipes/listener.py speak --out runs/listen --engine $engine --quantities; done
    python recipes/listener.py train $more --run wide5 --weights runs/listen/wide4 --steps 2500 --lr 2e-3 \
        --strength 0.65 --seed 85
    python recipes/listener.py speak --out runs/listen --engine festival --count 400 --seed 134 --quantities
    python recipes/listener.py speak --out runs/listen --engine kokoro --count 100 --seed 135
    python recipes/listener.py speak --out runs/listen --engine hibari --count 800 --seed 136 --read-out
    python recipes/listener.py train $more --run wide6 --weights runs/listen/wide5 --steps 2200 --lr 2e-3 \
        --strength 0.65 --seed 86
    more="$more --weights runs/listen/wide6 --steps 700 --lr 1.2e-3 --strength 0.6"
    python recipes/listener.py train $more --run wide7-91 --seed 91
    python recipes/listener.py train $more --run wide7-93 --seed 93 \
        --shares hyke=12 iitg=4 speech-commands=5 korean=1.5 an4=10

`spoken-open` went on, too, from where it was, without the sets that are not open:

    more="--out runs/listen --frames 6000 --voice 0.9 --vary 0.7 --sounds 0.3"
    python recipes/listener.py train $more --run open1 --weights runs/listen/bundled --steps 2200 --lr 2e-3 \
        --strength 0.65 --without hyke "hyke words" iitg sixteen four --seed 301
    python recipes/listener_finish.py bundle --out runs/listen --run open1 --seed 301 --open

Both went on once more, with features that clicks, an offset and a low level leave alone, and with clicks,
quiet recordings of 16 bits and the echoes of halls in what they hear (`five` is the mean of `wide4`, `wide5`,
`wide6` and the two of `wide7`; in `wide8` features were still as before, and halls came with `wide10`):

    more="--out runs/listen --frames 6000 --voice 0.9 --vary 0.7 --sounds 0.3"
    python recipes/listener.py train $more --run wide8 --weights runs/listen/five --steps 2600 --lr 2e-3 \
        --strength 0.65 --seed 108 --shares hyke=8 iitg=3 speech-commands=4 an4=10
    python recipes/listener.py train $more --run wide9 --weights runs/listen/wide8 --steps 2600 --lr 2e-3 \
        --strength 0.65 --seed 109
    python recipes/listener.py train $more --run wide10 --weights runs/listen/wide9 --steps 1700 \
        --lr 1.6e-3 --strength 0.65 --seed 110
    short="$more --weights runs/listen/wide10 --steps 600 --lr 1.2e-3 --strength 0.6"
    python recipes/listener.py train $short --run wide11-1 --seed 111 \
        --shares hyke=12 iitg=4 speech-commands=5 korean=1.5 an4=10
    python recipes/listener.py train $short --run wide11-2 --seed 112
    python recipes/listener_finish.py soup --out runs/listen --run seven \
        --runs five five wide8 wide9 wide10 wide11-1 wide11-2
    python recipes/listener_finish.py bundle --out runs/listen --run seven --seed 111
    python recipes/listener.py train $more --run open2 --weights runs/listen/open1 --steps 700 --lr 1.5e-3 \
        --strength 0.6 --without hyke "hyke words" iitg sixteen four --seed 302
    python recipes/listener_finish.py soup --out runs/listen --runs open1 open2 --run open12
    python recipes/listener_finish.py bundle --out runs/listen --run open12 --seed 302 --open

A run that went on from `spoken` with words of other languages, words much like numbers, and ten, a hundred, a
thousand of something in sentences hears these better and is less sure of single digits; it is not bundled
(docs/log.md). What programs say was made anew, less of it:

    python recipes/listener.py begin --out runs/listen --run bundled
    python recipes/listener.py cut --out runs/listen --weights runs/listen/bundled --sources an4 hyke
    words=/usr/share/dict/american-english
    for engine in "espeak-ng --languages --count 900 --seed 205" "espeak-ng --counts --count 600 --seed 203" \
            "espeak-ng --near-words $words --count 450 --seed 204" "hibari --counts --count 400 --seed 222" \
            "espeak-ng --count 700 --seed 201" "espeak-ng --quantities --count 300 --seed 202" \
            "hibari --count 700 --seed 221" "hibari --quantities --count 250 --seed 223" \
            "hibari --count 50 --seed 224 --read-out"; do
        python recipes/listener.py speak --out runs/listen --engine $engine; done
    python recipes/listener.py train --out runs/listen --run tell --weights runs/listen/bundled --steps 500 \
        --frames 6000 --lr 1.2e-3 --strength 0.6 --voice 0.9 --vary 0.7 --sounds 0.3 --seed 121 \
        --shares hyke=8 iitg=3 speech-commands=5 an4=10
    python recipes/listener_finish.py soup --out runs/listen --runs bundled tell --run mean
    for engine in "espeak-ng --languages --count 300" "espeak-ng --near-words $words --count 150" \
            "flite --near-words $words --count 150"; do     # held out
        python recipes/listener.py speak --out runs/listen --engine $engine --seed 9001; done
    python recipes/listener_finish.py bundle --out runs/listen --run mean --seed 121 --to mean.onnx

A deeper listener went on from `spoken` with four more blocks along time, which begin as nothing, and more of
what programs say. It hears more of strings and of sentences, and is not bundled, since it loses digits of an
example (docs/log.md):

    python recipes/listener.py begin --out runs/listen --run grown --blocks 4
    for engine in "kokoro --read-out --count 600 --seed 241" "kokoro --count 600 --seed 242" \
            "kokoro --quantities --count 150 --seed 243" "hibari --read-out --count 500 --seed 226" \
            "flite --count 300 --seed 211" "festival --count 200 --seed 231" \
            "flite --counts --count 150 --seed 212" \
            "hibari --near-words $words --count 200 --seed 225" "hibari --count 600 --seed 227" \
            "espeak-ng --count 2500 --seed 206" "flite --count 600 --seed 216" \
            "espeak-ng --quantities --count 800 --seed 207" \
            "flite --quantities --count 300 --seed 217" "hibari --count 900 --seed 228" \
            "espeak-ng --count 2500 --seed 208" "hibari --quantities --count 400 --seed 229" \
            "hibari --count 1500 --seed 230"; do
        python recipes/listener.py speak --out runs/listen --engine $engine; done
    more="--out runs/listen --frames 6000 --voice 0.9 --vary 0.7 --sounds 0.3"
    shares="--shares hyke=10 iitg=3 speech-commands=5 an4=10"
    python recipes/listener.py train $more --run deep --weights runs/listen/grown --steps 5000 --lr 2e-3 \
        --strength 0.65 --seed 131 $shares
    python recipes/listener.py train $more --run deep2 --weights runs/listen/deep --steps 7000 --lr 2e-3 \
        --strength 0.65 --seed 132 $shares
    python recipes/listener.py train $more --run deep3 --weights runs/listen/deep2 --steps 5500 --lr 1.6e-3 \
        --strength 0.65 --seed 133 $shares
    python recipes/listener_finish.py soup --out runs/listen --runs grown deep2 deep3 deep3 --run gd23
    python recipes/listener.py train $more --run last --weights runs/listen/gd23 --steps 700 --lr 1e-3 \
        --strength 0.6 --seed 134 --shares hyke=10 iitg=3 an4=10
    python recipes/listener_finish.py soup --out runs/listen --runs grown gd23 last --run gl
    python recipes/listener_finish.py bundle --out runs/listen --run gl --seed 134 --to gl.onnx

The first of these runs had what was said before, as above; the second took up the rest after 4,300 of its
steps. In the last one 0.3 of the recordings were single words (`KINDS`), of which digits of people had twice
their shares (`WORD_SHARES`).

`real` reads the training and validation parts of the real recordings, `speak` has phrases said by a program
(`sutja.synthesis.speech`), `cut` takes phrases apart into words with a first listener, so that strings
of digits can be composed of many people's words. `train` composes recordings of all these in a process
beside the training, and goes on where it stopped when started again. Nothing here looks at a test part.
Data: `SUTJA_DATA`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from _spoken_phrases import ALONE, speak
from contradicted_speech import leave_out_contradicted

from sutja.grammar.number_words import OTHER, WORDS
from sutja.model_file import read_model
from sutja.model_file.bundled import bundled_path
from sutja.nets.listener import Listener, ListenerConfig
from sutja.signals.preprocessing.log_mel import MARGIN, LogMelParams, log_mel
from sutja.synthesis.speech.channel import Augmentation
from sutja.synthesis.speech.composer import SHARES, SpeechComposer
from sutja.synthesis.speech.other_languages import load_people
from sutja.synthesis.speech.recordings import load_noises, load_prompts, load_recordings
from sutja.synthesis.speech.utterances import Utterance, load_utterances, save_utterances
from sutja.training import checkpoint
from sutja.training.batch_norms import restore_batch_norms
from sutja.training.listen import fit as listen
from sutja.training.listen.align import cut_words
from sutja.training.listen.batches import ComposedRecordings, Example, make_batch
from sutja.training.listen.growth import add_blocks
from sutja.training.listen.vocabulary import change_vocabulary

OPEN = ("fsdd", "an4", "telephone-speech", "speech-commands", "korean")  # sets with open terms
SETS = (*OPEN, "hyke", "iitg", "sixteen", "four")  # real recordings that are trained on
OF_PHRASES = ("an4", "hyke")  # of these, those that say more than a word
PARAMS = LogMelParams(margin=MARGIN, smoothing=9, loudest=8, ceiling=18.0)
# Off the logit of "nothing": strangers' words are dropped more often than those of voices learnt from. Chosen
# on an4 by a network that had not heard it (docs/log.md).
LESS_NOTHING = 0.5
# Off the logit of other words: what strangers say is taken for them more often, too (docs/log.md).
LESS_OTHER = 1.0


def real(args: argparse.Namespace) -> None:
    """The real recordings of the training and validation parts, at one rate."""
    root = Path(os.environ["SUTJA_DATA"])
    for part in ("train", "validation"):
        for dataset in SETS:
            utterances = load_recordings(root, dataset, part, with_sounds=True)
            save_utterances(utterances, args.out / "real" / f"{dataset}-{part}")
            minutes = sum(utterance.seconds for utterance in utterances) / 60
            print(f"{dataset} {part}: {len(utterances):,} recordings, {minutes:.0f} minutes", flush=True)
        save_utterances(
            [Utterance(noise, (), "noise", "noise") for noise in load_noises(root, part)],
            args.out / "real" / f"noise-{part}",
        )
    save_utterances(load_prompts(), args.out / "real" / "prompts-train")
    packages = Path(os.environ["SUTJA_VOICES"]) / "packages"
    for part in ("train", "validation"):
        save_utterances(load_people(packages, part == "validation"), args.out / "real" / f"languages-{part}")


def begin(args: argparse.Namespace) -> None:
    """A bundled listener as a checkpoint: to go on from, or to cut words with.

    Words that it does not know are added, and what `listener_finish.py` takes off at the end is given back.
    """
    path = bundled_path(args.model)
    words = read_model(path).card.classes
    net = Listener(ListenerConfig(1 + len(words)))
    rows = [make_example(utterance) for utterance in load_utterances(args.out / "real", ["an4-train"])[:128]]
    restore_batch_norms(net, path, torch.from_numpy(make_batch(rows).features))
    assert net.head.bias is not None
    net.head.bias.data[0] += LESS_NOTHING
    net.head.bias.data[1 + words.index(OTHER)] += LESS_OTHER
    torch.manual_seed(0)
    net = change_vocabulary(net, words, WORDS)
    if args.blocks:
        net = add_blocks(net, args.blocks, torch.from_numpy(make_batch(rows).features))
    folder = args.out / args.run
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.write(folder / checkpoint.NAME, {"config": net.config.to_json(), "average": net.state_dict()})


def cut(args: argparse.Namespace) -> None:
    """Words of many speakers, cut out of phrases."""
    net = listen.load_average(args.weights / "checkpoint.pt")
    names = [f"{name}-train" for name in OF_PHRASES]
    utterances = load_utterances(args.out / "real", names) + load_utterances(args.out / "spoken")
    if args.sources:
        utterances = [utterance for utterance in utterances if utterance.source in args.sources]
    words = list(cut_words(net, utterances, PARAMS))
    save_utterances(words, args.out / "words" / "-".join(["cut", *args.sources]))
    print(f"{len(words):,} words of {len({word.speaker for word in words}):,} speakers")


def list_utterances(out: Path, without: Sequence[str] = ()) -> list[Utterance]:
    """All that is trained on; ``without`` names sets, or speakers as "fsdd/theo"."""
    names = (*SETS, "prompts", "languages")
    found = load_utterances(out / "real", [f"{name}-train" for name in names])
    found += load_utterances(out / "spoken") + load_utterances(out / "words")
    return [
        utterance
        for utterance in leave_out_contradicted(found)
        if utterance.source not in without and utterance.speaker not in without
    ]


def make_composer(
    out: Path,
    without: Sequence[str],
    shares: dict[str, float],
    strength: float,
    voice: float,
    haste: float,
    seed: int,
) -> SpeechComposer:
    """Make the composer from which a training process takes its recordings."""
    noise = [utterance.samples for utterance in load_utterances(out / "real", ["noise-train"])]
    much = Augmentation(*(part * strength for part in astuple(Augmentation())))
    much = replace(much, voice=max(much.voice, voice), haste=haste)
    return SpeechComposer(list_utterances(out, without), noise, seed, much, SHARES | shares)


def make_example(utterance: Utterance) -> Example:
    """A recording as it is, looked at."""
    sound = utterance.samples.astype(np.float32) / np.float32(32768)
    return Example(log_mel(sound, PARAMS).astype(np.float16), utterance.classes)


def load_validation(out: Path) -> dict[str, list[Example]]:
    """Real recordings of people and calls that nothing is trained on, and held-out phrases."""
    sets = {name: load_utterances(out / "real", [f"{name}-validation"]) for name in SETS}
    sets["spoken"] = load_utterances(out / "held")
    return {
        name: [make_example(utterance) for utterance in utterances]
        for name, utterances in sets.items()
        if utterances
    }


def run(
    args: argparse.Namespace, folder: Path, without: Sequence[str], shares: dict[str, float] | None = None
) -> None:
    """Train to ``args.steps``."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    weights = args.weights / "checkpoint.pt" if args.weights else None
    fit = listen.ListenConfig(
        steps=args.steps,
        lr=args.lr,
        seed=args.seed,
        evaluate_every=args.evaluate_every,
        freeze_norms_after=0.0 if weights else 0.4,
        warm_up=50 if weights else 200,
        frames=args.frames,
        augment=args.vary or args.strength,
        phoneme_weight=args.sounds,
        augment_channel=args.lines,
    )
    state = listen.start(ListenerConfig(1 + len(WORDS)), fit, folder / "checkpoint.pt", weights)
    make: Callable[[int], SpeechComposer] = partial(
        make_composer, args.out, tuple(without), shares or {}, args.strength, args.voice, args.haste
    )
    pool = ComposedRecordings(make, PARAMS, seed=1000 + args.seed)
    try:
        listen.ListenJob(state, pool, fit, load_validation(args.out)).fit(
            state, folder, partial(print, flush=True)
        )
    finally:
        pool.close()


def train(args: argparse.Namespace) -> None:
    """Train a listener."""
    run(args, args.out / args.run, args.without, dict(args.shares))


def main(argv: list[str] | None = None) -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    steps = parser.add_subparsers(required=True)
    for name, step in (("real", real), ("begin", begin), ("speak", speak), ("cut", cut), ("train", train)):
        one = steps.add_parser(name)
        one.add_argument("--out", type=Path, default=Path("runs/listen"))
        one.add_argument("--seed", type=int, default=0)
        one.set_defaults(do=step)
        if name == "speak":
            one.add_argument(
                "--engine", choices=("espeak-ng", "flite", "festival", "kokoro", "hibari"), required=True
            )
            one.add_argument("--count", type=int, required=True)
            what = one.add_mutually_exclusive_group()
            what.add_argument("--words", type=Path, help="say words of this dictionary, one by one")
            what.add_argument("--read-out", action="store_true", help="long numbers alone, in one go")
            what.add_argument("--quantities", action="store_true", help="decimals, money, years and the like")
            what.add_argument("--counts", action="store_true", help="ten, a hundred, a thousand of something")
            what.add_argument("--near-words", type=Path, help="say words that sound much like number words")
            what.add_argument("--languages", action="store_true", help="words of other languages (espeak-ng)")
        if name in ("cut", "train"):
            one.add_argument("--weights", type=Path, required=name == "cut")
        if name == "cut":
            one.add_argument("--sources", nargs="*", default=[], help="cut the phrases of these alone")
        if name == "begin":
            one.add_argument("--run", default="bundled")
            one.add_argument("--model", default="spoken", help="the bundled listener to go on from")
            one.add_argument("--blocks", type=int, default=0, help="blocks along time that are added")
        if name == "train":
            add_training(one)
    args = parser.parse_args(argv)
    if getattr(args, "words", None) and args.engine not in ALONE:
        parser.error(f"--words goes with {' and '.join(ALONE)}: {args.engine} says phrases alone")
    if getattr(args, "languages", False) and args.engine != "espeak-ng":
        parser.error(f"--languages goes with espeak-ng: {args.engine} speaks English")
    args.do(args)


def parse_share(text: str) -> tuple[str, float]:
    """Parse the share of a source.

    >>> parse_share("hyke=10")
    ('hyke', 10.0)
    """
    name, _, share = text.partition("=")
    return name, float(share)


def add_training(parser: argparse.ArgumentParser) -> None:
    """The options of `run`."""
    parser.add_argument("--run", default="base")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--evaluate-every", type=int, default=500)
    parser.add_argument("--frames", type=int, default=11_000, help="of features in a batch")
    parser.add_argument("--strength", type=float, default=1.0, help="of all that happens to recordings")
    parser.add_argument("--voice", type=float, default=0.0, help="least strength of what happens to voices")
    parser.add_argument("--haste", type=float, default=0.0, help="part of the recordings at another pace")
    parser.add_argument("--vary", type=float, help="strength of what happens to features (default: as all)")
    parser.add_argument("--lines", type=float, default=0.0, help="strength of other microphones in features")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument(
        "--shares", nargs="*", default=[], type=parse_share, help="of sources among phrases: hyke=10"
    )
    parser.add_argument("--sounds", type=float, default=0.0, help="weight of the sounds beside the words")


if __name__ == "__main__":
    main()
