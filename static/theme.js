/* sources f0ef734ca0bb6bb371cebda136a7ac1808228faa9045254ac04e551ce719e5b6 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
