/* sources bf69daaa9fe1905c46c1f969e2d0773e995cf633812c758ecc1677fbb002bd0f */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
