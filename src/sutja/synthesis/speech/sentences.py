"""Ordinary English without numbers, rich in words that sound like number words."""

LETTERS = (
    "ay",
    "bee",
    "see",
    "dee",
    "ee",
    "eff",
    "gee",
    "aitch",
    "eye",
    "jay",
    "kay",
    "ell",
    "em",
    "en",
    "pee",
    "cue",
    "are",
    "ess",
    "tee",
    "you",
    "vee",
    "double-you",
    "ex",
    "why",
    "zee",
    "zed",
)

_WORDS_ALONE = (
    "yes no up down left right on off stop go bed bird cat dog happy house marvin sheila tree wow "
    "backward forward follow learn visual help repeat enter erase start hello goodbye please thanks "
    "okay maybe never always again open close play pause next back home mother father sister brother "
    "water fire earth wind sun moon star green red blue yellow white black brown free fine line mine "
    "wine dine sign vine dive hive live drive arrive alive sex fix mix fox socks sick sticks ticks "
    "heaven leaven eleventh seventh severn kevin evan late wait weight hate great plate date gate "
    "fate state straight door more floor store score before war warm do you who new "
    "through shoe true tooth tune ton run gun fun done wonderful once when want went what where "
    "hero zorro arrow euro row low know snow show slow oak over owe own old hold cold often tin tan "
    "tent then than men pen hen den end and hand sand land stand band hundredth under wonder thunder "
    "thousandth trouble bubble doubt dabble table able ripple cripple tipple simple temple people "
    "purple apple january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday morning evening night music "
    "picture window garden kitchen chair computer telephone letter paper pencil school teacher doctor "
    "hospital money market coffee tea bread butter cheese orange banana potato tomato onion sugar "
    "salt twin twenties sixth fifth fourth third second first ninth eighth thirsty dirty party nifty "
    "shifty gifty sixteenth plenty gently twinkle winter wanting witty city pity lady weighty naughty "
    "nighty mighty sorry hurry carry marry silly really merely nearly yearly apostrophe area code "
    "pointed pointing joint appoint disappoint ounce bounce found round sound ground fluent bent spent "
    "sent rent scent sense fence hence tense minor miner mine us minutes villain pavilion "
    "persons person present presents holler collar scholar color neurons hero row euphoria decrees "
    "agrees trees half time laugh calf staff tenth tents tenor attend worst burst thirst word bird "
    "reckon beckon section forth north days port fort forte fortify "
    "kilometers meters miles hours minutes seconds years grams liters dozen plus times equals hash "
    "star extension dash slash comma dot colon bracket past quarter o'clock noon midnight rupees yen "
    "francs hundreds thousands "
    "operator voyager wildfire onword engine service company question answer number digit "
)
WORDS_ALONE = tuple(_WORDS_ALONE.split())

SENTENCES = tuple(
    line.strip()
    for line in """
    i want to go to the store for some bread
    we ate too late and then went to bed
    he won the race but she came too
    what are you waiting for
    this is for you to keep
    oh no i forgot to call her
    oh really that is too bad
    for sure we will be there too
    they sent it to me before the weekend
    the tree in the garden is older than the house
    is it free for me or do i have to pay
    everything is fine thank you
    that line is mine and the wine is fine
    she went to heaven or so they say
    he ate the cake before dinner
    please wait for me at the gate
    i hate to be late for the date
    what a great state of affairs
    do you want to come too
    the doctor told him to rest for a while
    i would like to speak to the operator please
    can you tell me when the train to london leaves
    we are going to see a film tonight
    let me know if you need anything else
    it was nice to meet you and your brother
    have you ever been to new york
    the weather is getting warmer every day
    i left the keys on the table near the door
    mary had a little lamb whose fleece was white as snow
    the quick brown fox jumps over the lazy dog
    she sells sea shells on the sea shore
    to be or not to be that is the question
    all men are created equal
    once upon a time there was a king who had a daughter
    please leave a message after the tone
    sorry i did not hear what you said
    could you say that again please
    hold on a second while i get my assistant
    i am going to move to the country next year
    my sister works for a big company in the city
    it is time to move on
    who is there
    good morning how are you today
    nothing ever happens in this town
    turn left at the church and then go straight on
    the shop is open from monday to friday
    we need more sugar and some butter
    he said that he would call before lunch
    there is no one at home
    this one is better than that one
    no one knows where he went
    someone must have told everyone
    if anyone asks tell them that i am busy
    i wonder whether they have won the game
    the wind was strong and the sea was rough
    do not forget to write to your mother
    they often go to the beach in summer
    the tin is under the sink
    a pen and some paper would be useful
    then he went down the hill with his friend
    the hen laid an egg in the barn
    wait until the light turns green
    the weight of the box is too great for me
    he was sick so he stayed in bed
    fix the door before the storm comes
    sex and the city was on television
    mix the flour with the milk
    the service was very good and so was the food
    the hundredth visitor gets a present
    thousands of people came to the concert
    they doubled the price last year
    the police arrived to arrest the thief
    alive and well
    we drive to work every morning
    dive into the river
    i live in a small village near the border
    is your phone on the table or in your bag
    the price of oil went up again
    her hair is as black as coal
    this music is too loud for the baby
    give the dog some water
    an apple a day keeps the doctor away
    what time does the bank open
    tell me a story about the sea
    we stayed at a hotel by the lake
    his answer was short and clear
    the children played outside until dark
    it is raining cats and dogs
    put the book back on the shelf
    you should have told me before
    i know that you know
    row the boat slowly down the stream
    who owns the old house over there
    the snow on the mountain is so white
    go slow on that road
    the hero of the story was a farmer
    nearly everybody was there
    i do not owe you anything
    open the window for a moment
    over and over again
    and so on and so forth
    and then what happened
    and now for something completely different
    that is the point of it all
    what is the point of waiting
    he made a good point yesterday
    she pointed at the map
    at this point we should stop
    first of all thank you for coming
    at first i did not believe it
    wait a second please
    just a second i will be right there
    in the second place it is too far
    the third man was never found
    half past
    half of them left early
    half the battle is getting started
    the other half went home
    the pound fell against the dollar
    a penny for your thoughts
    it makes sense to me
    he has a good sense of humour
    the fence around the house is broken
    she spent her money on clothes
    to some degree you are right
    she has a degree in history
    the photographer wanted the negative
    there were millions of stars
    a million thanks for your help
    tents stood on the field
    the tent was too small for us
    we attended the lesson
    they had won before we came
    i ate too much for my own good
    for the time being it will do
    to whom it may concern
    he took a seat in the front row
    thirsty people want water
    what a sixth sense you have
    her forte is singing
    the fort was taken by night
    sorry about that
    i am sorry to hear that
    sorry to keep you waiting
    ha ha ha that is so funny
    hmm let me think about it
    uh huh yeah
    """.splitlines()
    if line.strip()
)
