/* sources 775b33bc4d5d1d4d49da50d60aa28252d3145a71131eb659fb0157efc8814bee */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
