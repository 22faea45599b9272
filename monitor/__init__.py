"""Finance-news monitor: it tells you when a partnership between companies changes.

The folders are the steps, in this order:

    discover   what a source points at         Source, Page -> [Link]
    fetch      get the bytes, politely         url -> Page
    extract    bytes to clean text             Page -> Article
    detect     keyword rules on the text       Article, Ruleset -> [Event]
    track      what is new about it            [Event], Stories, Relations -> Novelty
    store      remember it, in SQL
    notify     tell people                     Alert -> Delivery -> message

`pipeline` runs the steps for one source, `outbox` sends what is due, `daemon` does both on time, `app` builds and
closes everything, `cli` is what people type. `models` holds every type that flows, `errors` every way to fail.
"""
