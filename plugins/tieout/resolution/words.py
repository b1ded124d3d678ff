"""What the words of organisations' names mean: legal forms of several countries, abbreviations, common words.

Everything here is spelt as ``texts.plain`` spells it: lower case, no accents, no punctuation.
"""

from tieout.resolution.texts import word_list, word_map

# Spelling → the form's short name. A spelling of several words is matched before one of its words. Forms of different
# countries that share letters (SA, AS, AB) are one form here: the country is another column.
LEGAL_FORMS: dict[str, str] = {
    spelling: form
    for form, spellings in {
        "inc": "inc|incorporated|incorporation|corp|corporation|corpn",
        "co": "co|company|cie|compagnie|cia|compania",
        "ltd": "ltd|limited|ltda|limitada|ltee|limitee|private limited|pvt ltd|pty ltd|pty limited|pte ltd",
        "llc": "llc|l l c|limited liability company|limited liability co|pllc|lc",
        "llp": "llp|limited liability partnership",
        "lp": "lp|limited partnership",
        "pc": "pc|p c|professional corporation|professional corp|pa|prof corp",
        "plc": "plc|public limited company",
        "gmbh": "gmbh|ges mbh|gesmbh|mbh|gesellschaft mit beschrankter haftung|ug haftungsbeschrankt",
        "gmbh co kg": "gmbh co kg|gmbh u co kg|gmbh und co kg|gmbh and co kg",
        "ag": "ag|aktiengesellschaft|ag co kgaa|kgaa|auf aktien",
        "kg": "kg|kommanditgesellschaft|ohg|gbr|e k|ek|ev|e v|eg|e g",
        "se": "se|societas europaea",
        "bv": "bv|b v|besloten vennootschap|bvba|b v b a|cv|c v|vof|v o f",
        "nv": "nv|n v|naamloze vennootschap",
        "sa": "sa|s a|societe anonyme|sociedad anonima|sociedade anonima|sab de cv|sa de cv|s a de c v",
        "sas": "sas|s a s|sasu|societe par actions simplifiee|snc",
        "sarl": "sarl|s a r l|societe a responsabilite limitee|eurl",
        "spa": "spa|s p a|societa per azioni",
        "srl": "srl|s r l|societa a responsabilita limitata",
        "sl": "sl|s l|slu|s l u|sociedad limitada",
        "as": "as|a s|aksjeselskap|aktieselskab|a s a|asa|aps|anonim sirketi",
        "ab": "ab|aktiebolag|aktiebolaget|publ",
        "oy": "oy|oyj|osakeyhtio",
        "kk": "kk|k k|kabushiki kaisha|kabushiki gaisha",
        "sp zoo": "sp z o o|sp zoo|spolka z o o",
        "sro": "sro|s r o|spol s r o",
        "stichting": "stichting|vzw|asbl|foundation",
    }.items()
    for spelling in spellings.split("|")
}

# Spelling → spelt out. Only what is not a word of its own.
ABBREVIATIONS: dict[str, str] = word_map(
    "amer=american assoc=associates assocs=associates assn=association bldg=building bros=brothers "
    "chem=chemical chems=chemicals comm=communications comms=communications constr=construction "
    "ctr=center cntr=center centre=center dept=department diag=diagnostics dist=distribution "
    "distr=distribution distrib=distribution distribs=distributors div=division ed=education "
    "elec=electric electr=electronics eng=engineering engr=engineering engrg=engineering "
    "enterp=enterprises entrp=enterprises ents=enterprises env=environmental equip=equipment "
    "eqpt=equipment fin=financial found=foundation ft=fort gen=general govt=government grp=group gp=group "
    "hldg=holding hldgs=holdings hlth=health hosp=hospital hosps=hospitals hlthcare=healthcare "
    "ind=industries inds=industries indus=industries indl=industrial ins=insurance inst=institute "
    "instr=instruments instrs=instruments intl=international internatl=international intnl=international "
    "int=international lab=laboratory labs=laboratories labo=laboratory laboratorys=laboratories "
    "mach=machinery maint=maintenance mfg=manufacturing mfr=manufacturer mfrs=manufacturers "
    "mgmt=management mgt=management med=medical mkt=marketing mktg=marketing mt=mount mtn=mountain "
    "natl=national nat=national nederland=netherlands holland=netherlands niederlande=netherlands "
    "europa=europe org=organization organisation=organization pharm=pharmaceuticals "
    "pharma=pharmaceuticals pharmaceut=pharmaceuticals phys=physicians prod=products prods=products "
    "prof=professional props=properties pub=public reg=regional rehab=rehabilitation res=research "
    "sci=scientific scis=sciences sec=security serv=services servs=services srv=services srvs=services "
    "svc=services svcs=services soc=society sol=solutions solns=solutions st=saint supp=supply "
    "suppl=supply surg=surgical sys=systems syst=systems tech=technology techs=technologies "
    "tecnologie=technology technologie=technology technol=technology telecom=telecommunications "
    "transp=transport trans=transport univ=university util=utilities whse=warehouse whsl=wholesale"
)

# Plural and British spellings are the same word: the singular in American spelling stands for both.
SAME_WORDS: dict[str, str] = word_map(
    "technologies=technology technologys=technology laboratories=laboratory industries=industry "
    "products=product services=service solutions=solution supplies=supply systems=system "
    "instruments=instrument devices=device diagnostics=diagnostic pharmaceuticals=pharmaceutical "
    "pharmacies=pharmacy chemicals=chemical electronics=electronic communications=communication "
    "enterprises=enterprise holdings=holding partners=partner associates=associate brothers=brother "
    "foods=food sciences=science therapeutics=therapeutic biologics=biologic logistics=logistic "
    "utilities=utility properties=property distributors=distributor manufacturers=manufacturer "
    "hospitals=hospital physicians=physician labour=labor fibre=fiber colour=color grey=gray metre=meter "
    "haemo=hemo orthopaedic=orthopedic orthopaedics=orthopedic orthopedics=orthopedic "
    "paediatric=pediatric paediatrics=pediatric pediatrics=pediatric anaesthesia=anesthesia "
    "internationale=international one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 "
    "first=1 1st=1 second=2 2nd=2 third=3 3rd=3"
)

# Words that many organisations share: they say what an organisation does or where, not which one it is.
COMMON_WORDS = frozenset(
    word_list(
        "advanced all american and applied associate association biologic biomedical brother building "
        "business capital care center central chemical city clinic clinical college commercial communication "
        "construction consulting corporate dental design device diagnostic digital direct distribution "
        "distributor division eastern east electric electronic energy engineering enterprise environmental "
        "equipment europe express facility family financial fire first food for foundation from furniture "
        "general global gas group health healthcare holding home hospital imaging industrial industry "
        "innovation institute instrument insurance integrated interior international laboratory landscaping "
        "laundry law legal linen logistic maintenance management manufacturer manufacturing marketing "
        "material mechanical media medical metro mobile national netherlands network new north northern "
        "nutrition of office oncology optical organization orthopedic packaging paper partner pediatric "
        "pharmaceutical pharmacy physician plumbing power practice precision premier printing product "
        "professional property public quality radiology regional rehabilitation rental repair research "
        "resource safety science scientific security service shipping society solution south southern "
        "specialty staffing state sterile storage supply surgical surgery system technical technology "
        "telecommunication the therapeutic therapy trade trading transport travel union united university us "
        "usa utility valley vision warehouse waste water web west western wholesale world worldwide"
    )
)

# Between a legal name and the name that is traded under.
TRADING_AS = (
    *("doing business as", "trading as", "trading under", "also known as", "formerly known as"),
    *("d/b/a", "t/a", "a/k/a", "f/k/a", "dba", "aka", "fka"),
)
# Notes that clerks put into the name field.
NOTES = (
    *("do not use", "don't use", "dont use", "inactive", "use other", "duplicate", "old", "new", "obsolete"),
    *("remit to", "remit", "remittance", "eft", "ach", "wire", "check only", "one time", "1099", "temp", "see"),
)
