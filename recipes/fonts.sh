#!/usr/bin/env bash
# Installs the freely licensed fonts that the bundled transcribers were trained with:
# Debian's packages, and handwriting fonts (SIL OFL or Apache 2.0) from the npm packages of Fontsource.
#   recipes/fonts.sh FOLDER        then: export SUTJA_FONTS=FOLDER
set -euo pipefail
folder=${1:?usage: recipes/fonts.sh FOLDER}
apt-get install -y -qq \
  fonts-breip fonts-bwht fonts-cabin fonts-cmu fonts-courier-prime fonts-crosextra-caladea fonts-crosextra-carlito \
  fonts-dejavu fonts-dkg-handwriting fonts-dseg fonts-ecolier-court fonts-femkeklaver fonts-firacode fonts-gnutypewriter \
  fonts-hack fonts-havana fonts-humor-sans fonts-inconsolata fonts-isabella fonts-jetbrains-mono fonts-junicode \
  fonts-kiloji fonts-kristi fonts-lato fonts-liberation fonts-linuxlibertine fonts-noto-mono fonts-ocr-a fonts-ocr-b \
  fonts-oldstandard fonts-open-sans fonts-play fonts-quicksand fonts-roboto-unhinted fonts-rufscript fonts-sjfonts \
  fonts-tomsontalks fonts-urw-base35
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in architects-daughter caveat cedarville-cursive coming-soon covered-by-your-grace crafty-girls \
  delicious-handrawn gaegu gloria-hallelujah gochi-hand handlee homemade-apple indie-flower just-another-hand kalam \
  la-belle-aurore loved-by-the-king mansalva nanum-pen-script neucha nothing-you-could-do over-the-rainbow patrick-hand \
  permanent-marker rancho reenie-beanie rock-salt schoolbell shadows-into-light short-stack sue-ellen-francisco \
  swanky-and-moo-moo walter-turncoat zeyada; do
  (cd "$work" && npm pack --silent "@fontsource/$name" >/dev/null && tar xzf fontsource-"$name"-*.tgz)
  cp "$work/package/files/$name-latin-400-normal.woff2" "$folder/"
  rm -rf "$work/package"
done
echo "$(ls "$folder" | wc -l) font files in $folder; now: export SUTJA_FONTS=$folder"
